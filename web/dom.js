/**
 * Building the page.
 *
 * Everything that people wrote (names, titles, feedback, messages) comes through `h`, where a string can only become a
 * text node or an attribute's value. There is no way from here to `innerHTML`, so `<img onerror=...>` as somebody's name
 * is shown as those characters. The page's Content-Security-Policy refuses markup from strings as a second line.
 */

import { locale, t } from "./strings.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element.
 *
 *     h("button", { type: "button", class: "quiet", onclick: drop }, "Drop")
 *
 * @param {string} tag
 * @param {object} attributes a function under `on...` listens; true sets a bare attribute; false, null and undefined none
 * @param {...(Node|string|number|Array|null|false|undefined)} children
 */
export function h(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children);
}

/** The same of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children);
}

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) {
      // As an attribute a string would be code: only functions are taken.
      if (typeof value !== "function") throw new TypeError(`${name} takes a function`);
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? "" : plain(value));
    }
  }
  element.append(...nodes(children));
  return element;
}

/** Replaces what is in an element. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

function nodes(children) {
  return children
    .flat(Number.POSITIVE_INFINITY)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}

/** One text of what would be children: for attributes and titles. */
export function plain(...children) {
  return children
    .flat(Number.POSITIVE_INFINITY)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => child.textContent ?? String(child))
    .join("");
}

/** A name or title within other text: it may be written in another direction. */
export function named(name) {
  return h("bdi", {}, name);
}

/** Text for screen readers alone. */
export function hidden(...children) {
  return h("span", { class: "hidden" }, ...children);
}

/**
 * A link that leaves the page. Only web addresses become one: a `javascript:` address in somebody's data stays text.
 */
export function externalLink(address, text = address) {
  const isWeb = URL.canParse(address) && ["https:", "http:"].includes(new URL(address).protocol);
  if (!isWeb) return h("bdi", {}, text);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer", dir: "auto" }, text);
}

/** A select; options are pairs of value and text. */
export function select(attributes, options, value) {
  const element = h(
    "select",
    attributes,
    options.map(([one, text]) => h("option", { value: one }, text)),
  );
  if (value !== undefined) element.value = value;
  return element;
}

/** A table with a heading for each column. What is wider than the screen scrolls by itself, with the keyboard too. */
export function table(label, columns, rows, attributes = {}) {
  const heads = columns.map((text) => h("th", { scope: "col" }, text));
  const body = rows instanceof Node ? rows : h("tbody", {}, rows);
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": label },
    h("table", attributes, h("thead", {}, h("tr", {}, heads)), body),
  );
}

/**
 * Asks before something that cannot simply be undone. Enter, pressed once too often, cancels.
 *
 * @param {string|Array} question
 * @param {string} yes the button that does it
 * @param {{isDangerous?: boolean}} [options] whether something is lost by it
 * @returns {Promise<boolean>}
 */
export function confirmed(question, yes, { isDangerous = true } = {}) {
  const dialog = h(
    "dialog",
    { "aria-label": question },
    h(
      "form",
      { method: "dialog" },
      h("p", { dir: "auto" }, question),
      h("button", { value: "yes", class: isDangerous && "danger" }, yes),
      h("button", { value: "", class: "quiet", autofocus: true }, t.common.cancel),
    ),
  );
  document.body.append(dialog);
  // A modal dialog of the browser's keeps the focus inside, closes on Escape, and gives the focus back.
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

/** A bar from 0 to 100 with a text beside it; `bar.set(percent)` moves it. */
export function progressBar(label, percent = 0) {
  const bar = h("progress", { max: 100, value: percent, "aria-label": label });
  const text = h("span", { class: "percent" }, `${percent} %`);
  const element = h("div", { class: "progress" }, bar, text);
  element.set = (value) => {
    bar.value = value;
    fill(text, `${Math.floor(value)} %`);
  };
  return element;
}

/** A moment in the reader's own language and time zone. */
export function time(moment, options = { dateStyle: "medium", timeStyle: "short" }) {
  return h("time", { datetime: moment }, dated(moment, options));
}

/** The same as text. */
export function dated(moment, options) {
  return new Intl.DateTimeFormat(locale, options).format(new Date(moment));
}

/** Makes `wanted` the children, moving and adding no more than necessary. */
export function arrange(parent, wanted) {
  const kept = new Set(wanted);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  for (const [index, element] of wanted.entries()) {
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  }
}
