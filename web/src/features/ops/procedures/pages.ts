import { addTexts } from "../../../i18n";
import ops from "../../../i18n/en/ops.json";
import texts from "../../../i18n/en/procedures.json";

addTexts("ops", ops);
addTexts("procedures", texts);

export { ProcedurePage } from "./ProcedurePage";
export { ProceduresPage } from "./ProceduresPage";
export { RunPage } from "./RunPage";
