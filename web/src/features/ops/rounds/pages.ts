import { addTexts } from "../../../i18n";
import ops from "../../../i18n/en/ops.json";
import rounds from "../../../i18n/en/rounds.json";

addTexts("ops", ops);
addTexts("rounds", rounds);

export { RoundPage } from "./RoundPage";
export { RoundsPage } from "./RoundsPage";
