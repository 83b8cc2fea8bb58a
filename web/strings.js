/**
 * The words of the page, in the language of whoever reads it.
 *
 *     import { t } from "./strings.js";
 *     h("button", {}, t.seats.book)
 *     h("p", {}, t.chat.typing(named(peer.name)))
 *
 * A word with something in it is a function. It may be given elements (a name in its own direction of writing), so its
 * answer is a list of what goes into the page; `plain` of `dom.js` makes one text of it, and `h` does so for attributes.
 * `strings/en.js` is the model: a test holds every other language against it.
 */

import { preference } from "./preferences.js";
import { de } from "./strings/de.js";
import { en } from "./strings/en.js";

const WORDS = { en, de };
/** Each language by its own name, to choose from. */
export const LANGUAGES = { en: "English", de: "Deutsch" };

const wanted = [preference("language"), ...(globalThis.navigator?.languages ?? [])].filter(isTag);

/** A language that there are words in: the one chosen, else the first that the browser asks for. */
export const language = wanted.map((tag) => tag.split("-")[0]).find((base) => base in WORDS) ?? "en";

export const t = WORDS[language];

/** How dates and numbers are written: as where the reader is, if that goes with the language. */
export const locale = globalThis.navigator && (wanted.find((tag) => tag.split("-")[0] === language) ?? language);

/** A number as it is written there, with two decimals at most. */
export function number(value) {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value);
}

/** Some systems hand their own names on, such as `en-US@posix`. */
function isTag(tag) {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}
