import { fill, h } from "../dom.js";
import { hold, isHeld } from "../hold.js";
import { press } from "../press.js";
import { told } from "../problems.js";
import { t } from "../strings.js";

const MOST = 100;

/**
 * A list with filters, page by page. The filters stand in the address, so that it can be shared and the way back leads
 * here, as far down as it was read; choosing others is no new view, so the focus stays.
 *
 * @param {object} app
 * @param {{query: URLSearchParams, kept: object, signal: AbortSignal}} place of the view
 * @param {object} options
 * @param {string} options.hash of the view, without filters
 * @param {string} options.label of the search
 * @param {Element[]} options.controls fields, named as the filters
 * @param {(query: object, options: object) => Promise<object>} options.load the first page, as `Api.page` has it
 * @param {number} options.size how many entries a page has
 * @param {string} options.key of the entries in `data`
 * @param {(entry: object) => Element} options.entry
 * @param {Element} options.list where entries go
 * @param {{none: string, more: string, found: Function, soFar: Function}} options.words
 * @returns {Promise<{filters: Element, found: Element, more: Element}>}
 */
export async function listing(app, place, { hash, label, controls, load, size, key, entry, list, words }) {
  const { query, kept, signal } = place;
  const found = h("p", { role: "status" });
  const more = h("button", { type: "button", hidden: true }, words.more);
  const button = h("button", {}, t.common.search);
  const clear = h("button", { type: "button", class: "quiet", hidden: true, onclick: reset }, t.common.clear);
  const filters = h(
    "form",
    { class: "filters", role: "search", "aria-label": label, onsubmit: search },
    controls,
    h("div", { class: "actions" }, button, clear),
  );
  const names = [...filters.elements].map(({ name }) => name).filter(Boolean);
  let next = null;
  let latest = new AbortController();

  async function append(first) {
    let page = first;
    // A page may be empty although there are others behind it.
    while (page.data[key].length === 0 && page.next !== null) page = await page.next();
    list.append(...page.data[key].map(entry));
    next = page.next;
    more.hidden = next === null;
    fill(found, counted(page.total));
  }

  function counted(total) {
    const shown = list.children.length;
    if ((total ?? shown) === 0) return words.none;
    if (total !== undefined) return words.found(total);
    return next === null ? words.found(shown) : words.soFar(shown);
  }

  /** @param {number} [least] how many entries there were when somebody left */
  async function show(given, least = 0) {
    // A filter that changes while a list is on its way makes that list useless.
    latest.abort();
    latest = new AbortController();
    const limit = Math.min(MOST, Math.max(size, least));
    const page = await load({ ...given, limit }, { signal: AbortSignal.any([signal, latest.signal]) });
    fill(list);
    clear.hidden = Object.keys(given).length === 0;
    await append(page);
    while (next !== null && list.children.length < least) await append(await next());
  }

  async function search(event) {
    event.preventDefault();
    if (isHeld(button)) return;
    const values = Object.fromEntries(new FormData(filters));
    const given = Object.fromEntries(names.filter((name) => values[name]).map((name) => [name, values[name]]));
    const asked = new URLSearchParams(given).toString();
    history.replaceState(null, "", asked === "" ? hash : `${hash}?${asked}`);
    try {
      await show(given);
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(list);
      more.hidden = true;
      fill(found, told(error));
      if (error.isLimit) hold(button, error.retryAfter, () => fill(found, t.common.searchAgain));
    }
  }

  function reset() {
    for (const name of names) filters.elements[name].value = "";
    filters.requestSubmit();
    filters.elements[names[0]].focus();
  }

  filters.addEventListener("change", ({ target }) => {
    if (target instanceof HTMLSelectElement) filters.requestSubmit();
  });
  more.addEventListener("click", async () => {
    const shown = list.children.length;
    if ((await press(app, more, async () => append(await next()))) !== null) return;
    app.keep({ count: list.children.length });
    // Reading goes on where the new ones begin.
    const first = list.children[shown];
    (first?.querySelector("a, summary") ?? first)?.focus();
  });

  const asked = names.filter((name) => query.get(name)).map((name) => [name, query.get(name)]);
  await show(Object.fromEntries(asked), kept.count);
  // Some choices are known only once the list is.
  for (const name of names) filters.elements[name].value = query.get(name) ?? "";
  return { filters, found, more };
}
