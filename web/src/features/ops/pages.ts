import { addTexts } from "../../i18n";
import texts from "../../i18n/en/ops.json";

addTexts("ops", texts);

export { MonitoringPage } from "./MonitoringPage";
