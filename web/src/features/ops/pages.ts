import { addTexts } from "../../i18n";
import alerts from "../../i18n/en/alerts.json";
import texts from "../../i18n/en/ops.json";

addTexts("ops", texts);
addTexts("alerts", alerts);

export { MonitoringPage } from "./MonitoringPage";
