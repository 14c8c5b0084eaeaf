import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import common from "./en/common.json";
import identity from "./en/identity.json";
import { PSEUDO, pseudo } from "./pseudo";

export const LANGUAGE = navigator.languages.includes(PSEUDO) ? PSEUDO : "en";

/** How dates and numbers are written: the viewer's own English, or British where the viewer's language has no catalogue. */
export const LOCALE = navigator.language.startsWith("en") ? navigator.language : "en-GB";

i18n
  .use({ type: "postProcessor", name: "pseudo", process: (text: string) => pseudo(text) })
  .use(initReactI18next)
  .init({
    lng: LANGUAGE,
    fallbackLng: "en",
    defaultNS: "common",
    resources: { en: { common, identity } },
    interpolation: { escapeValue: false },
    postProcess: LANGUAGE === PSEUDO ? ["pseudo"] : [],
    returnNull: false,
  });

document.documentElement.lang = LANGUAGE;
document.documentElement.dir = LANGUAGE === PSEUDO ? "rtl" : "ltr";

/** Adds a feature's catalogue; its pages' chunk does so before anything of it is drawn. */
export function addTexts(
  feature:
    | "alerts"
    | "assistant"
    | "care"
    | "audit"
    | "database"
    | "maintenance"
    | "ops"
    | "procedures"
    | "rounds"
    | "users",
  texts: object,
): void {
  i18n.addResourceBundle("en", feature, texts);
}

export default i18n;
