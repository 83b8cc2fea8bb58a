/** Fields for passwords: one can be looked at, and a new one is held against the rules while it is typed. */

import { fill, h, hidden } from "./dom.js";
import { field } from "./forms.js";
import { t } from "./strings.js";

// The API's rules, in its order; what is common or too long it alone knows.
const RULES = [
  [(text) => [...text].length >= 8, () => t.passwords.length],
  [(text) => /[\p{Lu}\p{Lt}]/u.test(text), () => t.passwords.upper],
  [(text) => /[^\p{L}\p{N}\s]/u.test(text), () => t.passwords.special],
];

/** A password that exists already. */
export function passwordField(label, name) {
  return withLook(field(label, { name, type: "password", autocomplete: "current-password", required: true }));
}

/** One that is being chosen, with the rules above it. */
export function newPasswordField(label, name) {
  const list = h("ul", { class: "password-rules" });
  const input = h("input", { name, type: "password", autocomplete: "new-password", required: true });
  const show = () =>
    fill(
      list,
      RULES.map(([isKept, words]) => {
        const kept = isKept(input.value);
        return h(
          "li",
          { class: kept ? "good" : "" },
          kept ? "✓ " : "○ ",
          words(),
          kept && hidden(" ", t.passwords.kept),
        );
      }),
    );
  input.addEventListener("input", show);
  show();
  return withLook(field(label, {}, input, list));
}

function withLook(wrapper) {
  const input = wrapper.querySelector("input");
  const button = h("button", { type: "button", class: "link look", "aria-pressed": "false" }, t.passwords.show);
  button.addEventListener("click", () => {
    const isShown = input.type === "text";
    input.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
  });
  input.after(button);
  return wrapper;
}
