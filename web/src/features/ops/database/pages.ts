import { addTexts } from "../../../i18n";
import texts from "../../../i18n/en/database.json";
import opsTexts from "../../../i18n/en/ops.json";

addTexts("ops", opsTexts);
addTexts("database", texts);

export { DatabasePage } from "./DatabasePage";
