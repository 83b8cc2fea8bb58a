/**
 * Text that was typed and not sent yet. It waits in sessionStorage: through a reload, an expired session, and a look
 * at another page; not through the end of the tab. Each person has their own. Passwords and files are never kept.
 */

import { fill, h } from "./dom.js";
import { t } from "./strings.js";

const KEY = "peerlearn.draft.";
const NEVER = ["password", "file", "submit", "button"];

/** A password stays one while it is shown. */
function isKept({ name, type, autocomplete = "" }) {
  return name && !NEVER.includes(type) && !autocomplete.includes("password");
}

export class Drafts {
  #storage;

  /** The id of the user whose drafts these are; empty where nobody is signed in. */
  owner = "";

  /** @param {() => Storage} [storage] a function: a browser that keeps nothing throws when it is asked for it */
  constructor(storage = () => globalThis.sessionStorage) {
    this.#storage = storage;
  }

  /** One form's draft, whoever is signed in by the time it is sent. */
  of(name) {
    const key = this.#key(name);
    return {
      /** @returns {Record<string, string|boolean>|null} values by the names of their controls */
      read: () => JSON.parse(this.#tried((storage) => storage.getItem(key)) ?? "null"),
      write: (values) => this.#tried((storage) => storage.setItem(key, JSON.stringify(values))),
      clear: () => this.#tried((storage) => storage.removeItem(key)),
    };
  }

  /** Somebody signs out by themselves: nothing of theirs stays. */
  forget() {
    const own = this.#key("");
    this.#tried((storage) => {
      for (const key of Object.keys(storage)) if (key.startsWith(own)) storage.removeItem(key);
    });
  }

  #key(name) {
    return `${KEY}${this.owner}/${name}`;
  }

  #tried(use) {
    try {
      return use(this.#storage());
    } catch {
      // Without it everything works, as long as nobody leaves the page.
      return null;
    }
  }
}

export const drafts = new Drafts();

/** Puts what was typed earlier into a form, says so, and keeps what is typed from now on. */
export function keepDraft(form, name) {
  const draft = drafts.of(name);
  let sent = valuesOf(form);
  const note = h("p", { class: "fine draft", role: "status" });

  function put(values) {
    for (const [control, value] of Object.entries(values)) {
      const element = form.elements[control];
      if (!(element instanceof Element) || !isKept(element)) continue;
      if (element.type === "checkbox") element.checked = value;
      else element.value = value;
    }
  }

  function discard() {
    draft.clear();
    put(sent);
    fill(note);
    form.dispatchEvent(new Event("discarded"));
    form.querySelector("input, textarea, select")?.focus();
  }

  const kept = draft.read();
  if (kept !== null && !isSame(kept, sent)) {
    put(kept);
    if (form.dataset.quiet === undefined) {
      const button = h("button", { type: "button", class: "link", onclick: discard }, t.common.discard);
      fill(note, t.common.unsent, " ", button);
      form.prepend(note);
    }
  }

  function keep() {
    const values = valuesOf(form);
    if (isSame(values, sent)) draft.clear();
    else draft.write(values);
  }
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("sent", () => {
    draft.clear();
    sent = valuesOf(form);
    fill(note);
  });
}

function valuesOf(form) {
  const values = {};
  for (const element of form.elements) {
    if (!isKept(element)) continue;
    values[element.name] = element.type === "checkbox" ? element.checked : element.value;
  }
  return values;
}

function isSame(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}
