/** The modules of a course as rows of a form: added, removed and moved. */

import { arrange, h, hidden } from "../dom.js";
import { field } from "../forms.js";
import { t } from "../strings.js";

/**
 * @param {{moduleId?: string, title: string, minutes: number|string}[]} modules
 * @param {() => void} changed rows came, went or moved
 * @returns {{element: Element, read: () => object[]}}
 */
export function moduleRows(modules, changed) {
  const list = h("ol", { class: "rows module-rows" });
  const add = h("button", { type: "button", class: "quiet" }, t.editor.addModule);
  add.addEventListener("click", () => {
    list.append(row({ title: "", minutes: 30 }));
    renumber();
    list.lastChild.querySelector("input:not([type=hidden])").focus();
  });

  function row({ moduleId, title, minutes }) {
    const button = (text, act) =>
      h(
        "button",
        { type: "button", class: "quiet", onclick: () => act() },
        text,
        hidden(" ", h("span", { class: "nth" })),
      );
    const element = h(
      "li",
      {},
      h("input", { type: "hidden", "data-name": "moduleId", value: moduleId ?? "" }),
      h(
        "div",
        { class: "pair" },
        named(field(t.editor.module, { value: title }), "title"),
        named(field(t.editor.minutes, { type: "number", min: 1, value: minutes }), "minutes"),
      ),
      h(
        "div",
        { class: "actions" },
        button(t.editor.up, () => move(element, -1)),
        button(t.editor.down, () => move(element, 1)),
        button(t.editor.remove, () => remove(element)),
      ),
    );
    return element;
  }

  function named(wrapper, name) {
    wrapper.querySelector("input").dataset.name = name;
    return wrapper;
  }

  /** The API names a wrong one by its place. */
  function renumber(isSilent = false) {
    for (const [index, element] of [...list.children].entries()) {
      for (const input of element.querySelectorAll("input")) {
        input.name = `modules.${index}.${input.dataset.name}`;
        const wrapper = input.closest("[data-field]");
        if (wrapper) wrapper.dataset.field = input.name;
      }
      for (const nth of element.querySelectorAll(".nth")) nth.textContent = t.editor.nth(index + 1);
    }
    if (!isSilent) changed();
  }

  function move(element, by) {
    const rows = [...list.children];
    const from = rows.indexOf(element);
    const to = from + by;
    if (to < 0 || to >= rows.length) return;
    const focused = document.activeElement;
    rows.splice(to, 0, ...rows.splice(from, 1));
    arrange(list, rows);
    renumber();
    focused?.focus();
  }

  function remove(element) {
    const next = element.nextElementSibling ?? element.previousElementSibling;
    element.remove();
    renumber();
    (next?.querySelector("button:last-of-type") ?? add).focus();
  }

  list.append(...modules.map(row));
  renumber(true);
  const element = h("fieldset", {}, h("legend", {}, t.editor.modules), list, add);
  return { element, read: () => [...list.children].map(valuesOf) };
}

function valuesOf(element) {
  const value = (name) => element.querySelector(`[data-name=${name}]`).value;
  const minutes = value("minutes");
  return {
    ...(value("moduleId") !== "" && { moduleId: value("moduleId") }),
    title: value("title"),
    minutes: minutes === "" ? null : Number(minutes),
  };
}
