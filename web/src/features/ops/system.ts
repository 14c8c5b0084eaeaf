import { addTexts } from "../../i18n";
import texts from "../../i18n/en/ops.json";

addTexts("ops", texts);

export { ChecksPage } from "./checks/ChecksPage";
export { JobsPage } from "./JobsPage";
export { SampleDataPage } from "./SampleDataPage";
export { SettingsPage } from "./SettingsPage";
