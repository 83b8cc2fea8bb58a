/** Forms: what is refused stands beside its field, what was typed waits until it is sent. */

import { fill, h } from "./dom.js";
import { keepDraft } from "./drafts.js";
import { hold, isHeld } from "./hold.js";
import { problemOf, told } from "./problems.js";
import { t } from "./strings.js";

let fields = 0;

/**
 * A label with its control, and a place for what is wrong with it.
 *
 * @param {object} attributes of the `input`, unless another control is given
 * @param {Node|string|null} [hint] what to know beforehand
 */
export function field(label, attributes = {}, control = h("input", { dir: "auto", ...attributes }), hint = null) {
  fields += 1;
  control.id = `field-${fields}`;
  const problem = h("p", { class: "problem", id: `${control.id}-problem`, hidden: true });
  const about = hint && h("div", { class: "fine hint", id: `${control.id}-hint` }, hint);
  if (about) control.setAttribute("aria-describedby", about.id);
  return h(
    "div",
    { class: "field", "data-field": control.name },
    h("label", { for: control.id }, label),
    about,
    control,
    problem,
  );
}

/** A box to tick, with its text behind it. */
export function tick(label, attributes) {
  return h("label", { class: "tick" }, h("input", { type: "checkbox", ...attributes }), " ", label);
}

/** A text of several lines. */
export function textArea(attributes, value = "") {
  return h("textarea", { dir: "auto", ...attributes }, value ?? "");
}

/**
 * A form. While `submit` runs it cannot be sent again; what the API refuses is shown beside the fields it names.
 *
 * @param {object} attributes `draft`: what is typed is kept under this name until it is sent
 * @param {(values: Record<string, string>, button: Element) => Promise<void>} submit
 */
export function form({ draft, ...attributes }, submit, ...children) {
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const element = h(
    "form",
    {
      ...attributes,
      "data-draft": draft,
      // The API's own rules are the rules; the browser's bubbles would say something else in another style.
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        const button = event.submitter ?? element.querySelector("button:not([type=button])");
        if (element.getAttribute("aria-busy") === "true" || isHeld(button)) return;
        element.setAttribute("aria-busy", "true");
        clear(element, problem);
        try {
          await submit(Object.fromEntries(new FormData(element)), button);
          element.dispatchEvent(new Event("sent"));
        } catch (error) {
          show(element, problem, error);
          // Said once more when the time has come: who cannot see the button is told.
          if (error.isLimit) hold(button, error.retryAfter, () => fill(problem, t.common.againNow));
        } finally {
          element.removeAttribute("aria-busy");
        }
      },
    },
    ...children,
    problem,
  );
  if (draft !== undefined) keepDraft(element, draft);
  return element;
}

function clear(element, problem) {
  problem.hidden = true;
  for (const wrapper of element.querySelectorAll("[data-field]")) {
    wrapper.querySelector(".problem").hidden = true;
    const control = wrapper.querySelector("input, select, textarea");
    control.removeAttribute("aria-invalid");
    describe(control, wrapper.querySelector(".hint"));
  }
}

function describe(control, ...texts) {
  const ids = texts.filter(Boolean).map(({ id }) => id);
  if (ids.length > 0) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}

function show(element, problem, error) {
  if (error.name === "AbortError") return;
  const unplaced = [];
  const said = new Map();
  let first = null;
  for (const one of error.fields ?? []) {
    const wrapper = element.querySelector(`[data-field="${CSS.escape(one.field)}"]`);
    if (wrapper === null) {
      unplaced.push(`${one.field}: ${problemOf(one)}`);
      continue;
    }
    const control = wrapper.querySelector("input, select, textarea");
    const text = wrapper.querySelector(".problem");
    // A field may break several rules at once, such as those for a password.
    said.set(one.field, [...(said.get(one.field) ?? []), problemOf(one)]);
    fill(text, said.get(one.field).join(" ")).hidden = false;
    control.setAttribute("aria-invalid", "true");
    describe(control, text, wrapper.querySelector(".hint"));
    first ??= control;
  }
  // Keyboard and screen reader are led to what has to be mended.
  first?.focus();
  if (first === null || unplaced.length > 0) {
    fill(problem, unplaced.join(" ") || told(error)).hidden = false;
  }
}
