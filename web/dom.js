/**
 * Building the page.
 *
 * Everything that people wrote (names, titles, feedback, messages) comes through `h`, where a string can only become a
 * text node or an attribute's value. There is no way from here to `innerHTML`, so `<img onerror=...>` as somebody's name
 * is shown as those characters. The page's Content-Security-Policy refuses markup from strings as a second line.
 */

import { clock } from "./limits.js";

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
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) {
      // As an attribute a string would be code: only functions are taken.
      if (typeof value !== "function") throw new TypeError(`${name} takes a function`);
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
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

/**
 * A link that leaves the page. Only web addresses become one: a `javascript:` address in somebody's data stays text.
 */
export function externalLink(address, text = address) {
  const isWeb = URL.canParse(address) && ["https:", "http:"].includes(new URL(address).protocol);
  if (!isWeb) return h("span", {}, text);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);
}

let fields = 0;

/** A label with its control (an `input` unless `control` is given), and a place for what is wrong with it. */
export function field(label, attributes = {}, control = h("input", attributes)) {
  fields += 1;
  control.id = `field-${fields}`;
  const problem = h("p", { class: "problem", id: `${control.id}-problem`, hidden: true });
  return h(
    "div",
    { class: "field", "data-field": control.name },
    h("label", { for: control.id }, label),
    control,
    problem,
  );
}

/** A select; options are pairs of value and text. */
export function select(attributes, options) {
  return h("select", attributes, ...options.map(([value, text]) => h("option", { value }, text)));
}

/**
 * A form. While `submit` runs it cannot be sent again; what the API refuses is shown beside the fields it names.
 *
 * @param {(values: Record<string, string>) => Promise<void>} submit
 */
export function form(attributes, submit, ...children) {
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const element = h(
    "form",
    {
      ...attributes,
      // The API's own rules are the rules; the browser's bubbles would say something else in another style.
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        const button = element.querySelector("button:not([type=button])");
        if (element.getAttribute("aria-busy") === "true" || isHeld(button)) return;
        element.setAttribute("aria-busy", "true");
        clear(element, problem);
        try {
          await submit(Object.fromEntries(new FormData(element)));
        } catch (error) {
          show(element, problem, error);
          // Said once more when the time has come: who cannot see the button is told.
          if (error.isLimit) hold(button, error.retryAfter, () => fill(problem, "You can try again now."));
        } finally {
          element.removeAttribute("aria-busy");
        }
      },
    },
    ...children,
    problem,
  );
  return element;
}

function clear(element, problem) {
  problem.hidden = true;
  for (const wrapper of element.querySelectorAll("[data-field]")) {
    wrapper.querySelector(".problem").hidden = true;
    const control = wrapper.querySelector("input, select, textarea");
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
}

function show(element, problem, error) {
  if (error.name === "AbortError") return;
  const unplaced = [];
  const said = new Map();
  let first = null;
  for (const { field: name, message } of error.fields ?? []) {
    const wrapper = element.querySelector(`[data-field="${CSS.escape(name)}"]`);
    if (wrapper === null) {
      unplaced.push(`${name}: ${message}`);
      continue;
    }
    const control = wrapper.querySelector("input, select, textarea");
    const text = wrapper.querySelector(".problem");
    // A field may break several rules at once, such as those for a password.
    said.set(name, [...(said.get(name) ?? []), message]);
    fill(text, said.get(name).join("; ")).hidden = false;
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", text.id);
    first ??= control;
  }
  // Keyboard and screen reader are led to what has to be mended.
  first?.focus();
  if (first === null || unplaced.length > 0) {
    fill(problem, unplaced.join("; ") || error.message).hidden = false;
  }
}

const held = new WeakMap();

/**
 * Keeps a button from being pressed for a while, with what is left of it behind its name. It keeps the focus, as a
 * disabled one would not; so whoever listens to it asks `isHeld`.
 *
 * @param {Element} button
 * @param {number|null} seconds null, or less than one, for not at all
 * @param {() => void} [onFree]
 */
export function hold(button, seconds, onFree = () => {}) {
  if (!(seconds > 0)) return;
  release(button);
  const until = Date.now() + seconds * 1000;
  // Not part of the name, which would change each second.
  const rest = h("span", { class: "rest", "aria-hidden": "true" }, ` (${clock(seconds)})`);
  const timer = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (!button.isConnected) {
      // Its page is gone, and with it whoever waited.
      release(button);
    } else if (left > 0) {
      fill(rest, ` (${clock(left)})`);
    } else {
      release(button);
      onFree();
    }
  }, 1000);
  held.set(button, { timer, rest });
  button.setAttribute("aria-disabled", "true");
  button.append(rest);
}

export function isHeld(button) {
  return held.has(button);
}

/** Lets it be pressed again before its time. */
export function release(button) {
  if (!isHeld(button)) return;
  const { timer, rest } = held.get(button);
  clearInterval(timer);
  rest.remove();
  held.delete(button);
  button.removeAttribute("aria-disabled");
}

/**
 * Asks before something that cannot simply be undone. Enter, pressed once too often, cancels.
 *
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
      h("p", {}, question),
      h("button", { value: "yes", class: isDangerous && "danger" }, yes),
      h("button", { value: "", class: "quiet", autofocus: true }, "Cancel"),
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

/** `text` in the reader's own language and time zone. */
export function time(moment, options = { dateStyle: "medium", timeStyle: "short" }) {
  return h("time", { datetime: moment }, new Intl.DateTimeFormat(undefined, options).format(new Date(moment)));
}

/** "3 seats", "1 seat". */
export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}
