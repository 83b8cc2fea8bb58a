import { count, fill, h, hold, isHeld } from "../dom.js";
import { press } from "../press.js";

/**
 * A list with filters, page by page. The filters stand in the address, so that it can be shared and the way back leads
 * here; choosing others is no new view, so the focus stays.
 *
 * @param {object} app
 * @param {{query: URLSearchParams, signal: AbortSignal}} place of the view
 * @param {object} options
 * @param {string} options.hash of the view, without filters
 * @param {string} options.label of the search
 * @param {Element[]} options.controls fields, named as the filters
 * @param {(filters: object, options: object) => Promise<object>} options.load the first page, as `Api.page` has it
 * @param {string} options.key of the entries in `data`
 * @param {(entry: object) => Element} options.entry
 * @param {Element} options.list where entries go
 * @param {string[]} options.nouns of one entry and of several
 * @returns {Promise<{filters: Element, found: Element, more: Element}>}
 */
export async function listing(app, { query, signal }, { hash, label, controls, load, key, entry, list, nouns }) {
  const [one, many] = nouns;
  const found = h("p", { role: "status" });
  const more = h("button", { type: "button", hidden: true }, `More ${many}`);
  const button = h("button", {}, "Search");
  const filters = h(
    "form",
    { class: "filters", role: "search", "aria-label": label, onsubmit: search },
    controls,
    button,
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
    fill(found, words(page.total));
  }

  function words(total) {
    const shown = list.children.length;
    if ((total ?? shown) === 0) return `No ${one} matches.`;
    if (total !== undefined) return count(total, one, many);
    return count(shown, one, many) + (next === null ? "" : " so far");
  }

  async function show(given) {
    // Whoever changes a filter while the list is on its way wants the new one, and only that.
    latest.abort();
    latest = new AbortController();
    const page = await load(given, { signal: AbortSignal.any([signal, latest.signal]) });
    fill(list);
    await append(page);
  }

  async function search(event) {
    event.preventDefault();
    if (isHeld(button)) return;
    const values = Object.fromEntries(new FormData(filters));
    const given = Object.fromEntries(names.filter((name) => values[name]).map((name) => [name, values[name]]));
    history.replaceState(null, "", `${hash}?${new URLSearchParams(given)}`);
    try {
      await show(given);
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(list);
      more.hidden = true;
      const fields = error.fields?.map(({ field, message }) => `${field}: ${message}`) ?? [];
      fill(found, fields.join("; ") || error.message);
      if (error.isLimit) hold(button, error.retryAfter, () => fill(found, "You can search again now."));
    }
  }

  filters.addEventListener("change", ({ target }) => {
    if (target instanceof HTMLSelectElement) filters.requestSubmit();
  });
  more.addEventListener("click", async () => {
    const shown = list.children.length;
    if ((await press(app, more, async () => append(await next()))) !== null) return;
    // Reading goes on where the new ones begin.
    const first = list.children[shown];
    (first?.querySelector("a, summary") ?? first)?.focus();
  });

  await show(Object.fromEntries(names.map((name) => [name, query.get(name)])));
  // Some choices are known only once the list is.
  for (const name of names) filters.elements[name].value = query.get(name) ?? "";
  return { filters, found, more };
}
