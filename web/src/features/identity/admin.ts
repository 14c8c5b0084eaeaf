import { addTexts } from "../../i18n";
import texts from "../../i18n/en/users.json";

addTexts("users", texts);

export { UserPage } from "./users/UserPage";
export { UsersPage } from "./users/UsersPage";
