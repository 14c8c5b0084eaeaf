import { addTexts } from "../../i18n";
import texts from "../../i18n/en/audit.json";

addTexts("audit", texts);

export { AccessPage } from "./AccessPage";
export { AuditPage } from "./AuditPage";
