import { addTexts } from "../../i18n";
import texts from "../../i18n/en/care.json";

addTexts("care", texts);

export { CareFrame } from "./CareFrame";
export { CasePage } from "./CasePage";
export { EmergencyBar } from "./EmergencyBar";
export { PatientPage } from "./PatientPage";
export { WorklistPage } from "./WorklistPage";
