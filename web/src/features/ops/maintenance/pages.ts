import { addTexts } from "../../../i18n";
import maintenance from "../../../i18n/en/maintenance.json";
import ops from "../../../i18n/en/ops.json";

addTexts("ops", ops);
addTexts("maintenance", maintenance);

export { MaintenancePage } from "./MaintenancePage";
