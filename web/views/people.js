import { confirmed, field, fill, form, h, select, time } from "../dom.js";
import { listening } from "../press.js";
import { listing } from "./listing.js";

const PAGE = 20;
const ROLES = [
  ["learner", "Learner"],
  ["tutor", "Tutor"],
  ["admin", "Administrator"],
];
const STATUSES = [
  ["active", "Active"],
  ["suspended", "Suspended"],
];

/** Everybody who has an account, for administrators. */
export async function peopleView(app, place) {
  const list = h("ul", { class: "cards" });
  const { filters, found, more } = await listing(app, place, {
    hash: "#/people",
    label: "People",
    controls: [
      field("Name or email", { name: "q", type: "search", maxlength: 254 }),
      field("Role", {}, select({ name: "role" }, [["", "Any role"], ...ROLES])),
      field("Status", {}, select({ name: "status" }, [["", "Any status"], ...STATUSES])),
    ],
    load: (given, options) => app.api.page("/v1/users", { ...given, limit: PAGE }, options),
    key: "users",
    entry: (person) => card(app, person),
    list,
    nouns: ["person", "people"],
  });
  return { title: "People", content: [filters, found, list, more] };
}

function card(app, found) {
  let person = found;
  const path = `/v1/users/${encodeURIComponent(person.userId)}`;
  const about = h("div", {});
  const manage = h("div", { class: "stack" });
  // Outside of what is built anew: it keeps the focus, and is read out.
  const said = h("p", { class: "fine", role: "status", tabindex: -1 });

  function show() {
    fill(about, facts(person));
    fill(manage, person.userId === app.session.user.userId ? self() : management({ person, change, endSessions }));
  }

  async function change(wanted, text) {
    const { user } = await app.api.patch(path, wanted);
    person = { ...person, role: user.role, status: user.status };
    show();
    fill(said, text).focus();
  }

  async function endSessions() {
    if (!(await confirmed(`Sign ${person.name} out everywhere?`, "Sign out"))) return;
    await app.api.delete(`${path}/sessions`);
    fill(said, `${person.name} is signed out everywhere.`).focus();
  }

  function management(actions) {
    return [roleForm(actions), statusForm(actions), listening(app, sessionsButton(), endSessions)];
  }

  function sessionsButton() {
    return h("button", { type: "button", class: "quiet" }, "End all sessions", hiddenName(person));
  }

  show();
  return h(
    "li",
    { class: "card" },
    h("h2", {}, person.name),
    about,
    h("details", {}, h("summary", {}, "Manage", hiddenName(person)), manage, said, trail(person)),
  );
}

function hiddenName({ name }) {
  return h("span", { class: "hidden" }, ` ${name}`);
}

function facts({ email, emailVerified, role, status, createdAt, lastSeenAt }) {
  return [
    h("p", {}, email, emailVerified === false && h("span", { class: "fine" }, " (not verified)")),
    h(
      "p",
      {},
      nameOf(ROLES, role),
      " · ",
      status === "suspended" ? h("strong", { class: "bad" }, "Suspended") : nameOf(STATUSES, status),
    ),
    h(
      "p",
      { class: "fine" },
      "Since ",
      time(createdAt, { dateStyle: "medium" }),
      lastSeenAt ? [", last seen ", time(lastSeenAt)] : ", never seen",
    ),
  ];
}

function nameOf(names, value) {
  return names.find(([one]) => one === value)?.[1] ?? value;
}

function self() {
  return h("p", {}, "This is you. Another administrator can change your role or suspend you.");
}

function roleForm({ person, change }) {
  const role = select({ name: "role" }, ROLES);
  role.value = person.role;
  return form(
    { "aria-label": `Role of ${person.name}` },
    async (wanted) => {
      if (wanted.role === person.role) return;
      const name = nameOf(ROLES, wanted.role);
      if (
        !(await confirmed(`${person.name}: ${nameOf(ROLES, person.role)} becomes ${name}?`, "Change the role", {
          isDangerous: false,
        }))
      )
        return;
      await change({ role: wanted.role }, `The role is now: ${name}.`);
    },
    field("Role", {}, role),
    h("button", { class: "quiet" }, "Change the role"),
  );
}

function statusForm({ person, change }) {
  const isSuspended = person.status === "suspended";
  const [act, status, question, text] = isSuspended
    ? ["Let in again", "active", `Let ${person.name} in again?`, `${person.name} may sign in again.`]
    : [
        "Suspend",
        "suspended",
        `Suspend ${person.name}? They are signed out everywhere and cannot sign in. Their seats stay.`,
        `${person.name} is suspended.`,
      ];
  return form(
    { "aria-label": `${act}: ${person.name}` },
    async ({ reason }) => {
      if (!(await confirmed(question, act, { isDangerous: !isSuspended }))) return;
      await change({ status, ...(reason.trim() && { reason: reason.trim() }) }, text);
    },
    field("Reason, for the audit trail (may be left empty)", { name: "reason", maxlength: 500 }),
    h("button", { class: isSuspended ? "quiet" : "danger" }, act),
  );
}

function trail({ userId, name }) {
  const link = (filter, text) =>
    h("a", { href: `#/audit?${new URLSearchParams({ [filter]: userId })}`, "aria-label": `${text}: ${name}` }, text);
  return h(
    "p",
    { class: "fine" },
    "Audit: ",
    link("actor", "what they did"),
    " · ",
    link("target", "what was done to them"),
  );
}
