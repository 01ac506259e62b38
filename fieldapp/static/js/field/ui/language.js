// The language and the look of the app. Both languages are on the phone; the choice is kept here and told to the
// server when it can be reached, so that its sentences come in the same language.
import { setWords } from "../../map/words.js";

export const LANGUAGES = { zh_CN: "中文", en: "English" };
const KEPT = "field-language";
const TOLD = "field-language-told";

// Storage can be closed altogether; then nothing is remembered, and the app says so elsewhere.
function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    return false;
  }
  return true;
}

export function currentLanguage() {
  const wish = remembered(KEPT) ?? document.body.dataset.language;
  return wish in LANGUAGES ? wish : "zh_CN";
}

export const languageTag = (language) => language.replace("_", "-");

export async function loadWords() {
  const language = currentLanguage();
  const answer = await fetch(`/field/${language}/words.json`);
  if (!answer.ok) throw new Error(`words ${answer.status}`);
  const words = await answer.json();
  setWords(words, languageTag(language));
  document.documentElement.lang = languageTag(language);
  document.querySelector("link[rel=manifest]").href = `/field/${language}/manifest.webmanifest`;
  document.title = words.app_title;
}

// The page begins anew in it; what was being written is on the phone.
export function chooseLanguage(language) {
  remember(KEPT, language);
  location.reload();
}

// The pages and the API read a cookie that only the server can write.
export async function tellLanguage() {
  const language = currentLanguage();
  if (remembered(KEPT) === null || remembered(TOLD) === language) return;
  const answer = await fetch(`/field/?lang=${language}`, { cache: "no-store" });
  if (answer.ok) remember(TOLD, language);
}

export const currentTheme = () => remembered("theme") ?? "auto";

export function showTheme() {
  const wish = currentTheme();
  const dark = wish === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : wish === "dark";
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
}

export function chooseTheme(theme) {
  if (theme === "auto") {
    try {
      localStorage.removeItem("theme");
    } catch {
      return;
    }
  } else remember("theme", theme);
  showTheme();
}
