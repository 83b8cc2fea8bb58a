import { field, h, select, time } from "../dom.js";
import { listing } from "./listing.js";

const PAGE = 25;
/** The API's actions, in words. */
export const ACTIONS = {
  "role.changed": "Role changed",
  "status.changed": "Suspended, or let in again",
  "sessions.ended": "Sessions ended",
  "password.changed": "Password changed",
  "email.changed": "Email changed",
  "account.erased": "Account erased",
  "grade.set": "Graded",
  "grade.corrected": "Grade corrected",
  "deadline.extended": "More time given",
  "course.published": "Course published",
  "course.closed": "Course closed",
  "course.cancelled": "Course cancelled",
  "roster.changed": "Roster changed",
  "report.decided": "Report decided",
  "sign-in.blocked": "Sign-in blocked",
};
const COLUMNS = ["When", "Who", "What", "To what", "From", "Details"];

/** Who did what, newest first, for administrators. */
export async function auditView(app, place) {
  const rows = h("tbody");
  const { filters, found, more } = await listing(app, place, {
    hash: "#/audit",
    label: "Audit",
    controls: [
      field("Who (user id)", { name: "actor", maxlength: 64 }),
      field("To what (id)", { name: "target", maxlength: 129 }),
      field("What", {}, select({ name: "action" }, [["", "Anything"], ...Object.entries(ACTIONS)])),
      field("From", { name: "from", type: "datetime-local" }),
      field("Until", { name: "to", type: "datetime-local" }),
    ],
    load: (given, options) => app.api.page("/v1/audit", { ...query(given), limit: PAGE }, options),
    key: "entries",
    entry: row,
    list: rows,
    nouns: ["entry", "entries"],
  });
  return {
    title: "Audit",
    content: [
      filters,
      found,
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "group", "aria-label": "Entries" },
        h(
          "table",
          { class: "wide" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              COLUMNS.map((text) => h("th", { scope: "col" }, text)),
            ),
          ),
          rows,
        ),
      ),
      more,
    ],
  };
}

/** What fields hold is local time; the API takes moments. */
function query({ from, to, ...rest }) {
  return { ...rest, from: moment(from), to: moment(to) };
}

function moment(local) {
  const date = new Date(local ?? "");
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}

function row({ at, actor, action, target, source, outcome, details }) {
  const known = Object.entries(details).map(([name, value]) => `${name}: ${value ?? "none"}`);
  if (outcome !== "done") known.unshift(`outcome: ${outcome}`);
  return h(
    "tr",
    { tabindex: -1 },
    h("td", {}, time(at)),
    h("td", {}, actor ? h("a", { href: filtered("actor", actor.userId) }, actor.name) : "Nobody signed in"),
    h("td", {}, ACTIONS[action] ?? action),
    h("td", {}, h("a", { href: filtered("target", target) }, target)),
    h("td", {}, source),
    h("td", {}, known.join(", ")),
  );
}

function filtered(name, value) {
  return `#/audit?${new URLSearchParams({ [name]: value })}`;
}
