import { h, named, select, table, time } from "../dom.js";
import { field } from "../forms.js";
import { t } from "../strings.js";
import { listing } from "./listing.js";
import { momentOf } from "./moments.js";

const PAGE = 25;

/** The audit trail, newest first, for administrators. */
export async function auditView(app, place) {
  const rows = h("tbody");
  const { filters, found, more } = await listing(app, place, {
    hash: "#/audit",
    label: t.audit.title,
    controls: [
      field(t.audit.actor, { name: "actor", maxlength: 64 }),
      field(t.audit.target, { name: "target", maxlength: 129 }),
      field(
        t.audit.action,
        {},
        select({ name: "action" }, [["", t.audit.anything], ...Object.entries(t.audit.actions)]),
      ),
      field(t.audit.from, { name: "from", type: "datetime-local" }),
      field(t.audit.until, { name: "to", type: "datetime-local" }),
    ],
    load: (given, options) => app.api.page("/v1/audit", query(given), options),
    size: PAGE,
    key: "entries",
    entry: row,
    list: rows,
    words: t.audit,
  });
  return {
    title: t.audit.title,
    content: [filters, found, table(t.audit.entries, Object.values(t.audit.columns), rows, { class: "wide" }), more],
  };
}

/** Fields hold local time; the API takes moments. */
function query(given) {
  return { ...given, from: momentOf(given.from), to: momentOf(given.to) };
}

function row({ at, actor, action, target, source, outcome, details }) {
  const known = Object.entries(details).map(([name, value]) => `${name}: ${value ?? t.audit.empty}`);
  if (outcome !== "done") known.unshift(`${t.audit.outcome}: ${outcome}`);
  return h(
    "tr",
    { tabindex: -1 },
    h("td", {}, time(at)),
    h("td", {}, actor ? h("a", { href: filtered("actor", actor.userId) }, named(actor.name)) : t.audit.nobody),
    h("td", {}, t.audit.actions[action] ?? action),
    h("td", {}, h("a", { href: filtered("target", target) }, target)),
    h("td", {}, source),
    h("td", {}, known.join(", ")),
  );
}

function filtered(name, value) {
  return `#/audit?${new URLSearchParams({ [name]: value })}`;
}
