import { addTexts } from "../../../i18n";
import alerts from "../../../i18n/en/alerts.json";
import ops from "../../../i18n/en/ops.json";

addTexts("ops", ops);
addTexts("alerts", alerts);

export { ChannelsPage } from "./ChannelsPage";
