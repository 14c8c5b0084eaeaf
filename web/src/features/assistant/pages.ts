import { addTexts } from "../../i18n";
import texts from "../../i18n/en/assistant.json";

addTexts("assistant", texts);

export { ConversationPage } from "./ConversationPage";
export { ConversationsPage } from "./ConversationsPage";
