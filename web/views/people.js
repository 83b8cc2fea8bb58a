import { confirmed, fill, h, hidden, named, select, time } from "../dom.js";
import { field, form } from "../forms.js";
import { pressing } from "../press.js";
import { t } from "../strings.js";
import { listing } from "./listing.js";
import { optional } from "./parts.js";

const PAGE = 20;

/** Everybody who has an account, for administrators. */
export async function peopleView(app, place) {
  const list = h("ul", { class: "cards" });
  const choice = (name, any, options) => select({ name }, [["", any], ...Object.entries(options)]);
  const { filters, found, more } = await listing(app, place, {
    hash: "#/people",
    label: t.people.title,
    controls: [
      field(t.people.words, { name: "q", type: "search", maxlength: 254 }),
      field(t.people.role, {}, choice("role", t.people.anyRole, t.people.roles)),
      field(t.people.status, {}, choice("status", t.people.anyStatus, t.people.statuses)),
    ],
    load: (given, options) => app.api.page("/v1/users", given, options),
    size: PAGE,
    key: "users",
    entry: (person) => card(app, person),
    list,
    words: t.people,
  });
  return { title: t.people.title, content: [filters, found, list, more] };
}

function card(app, found) {
  let person = found;
  const path = `/v1/users/${encodeURIComponent(person.userId)}`;
  const about = h("div", {});
  const mails = h("div", {});
  const manage = h("div", { class: "stack" });
  // Outside of what is built anew: it keeps the focus, and is read out.
  const said = h("p", { class: "fine", role: "status", tabindex: -1 });

  function show() {
    fill(about, facts(person));
    fill(manage, person.userId === app.session.user.userId ? self() : management());
  }

  async function change(wanted, text) {
    const { user } = await app.api.patch(path, wanted);
    person = { ...person, role: user.role, status: user.status };
    show();
    fill(said, text).focus();
  }

  async function endSessions() {
    if (!(await confirmed(t.people.endQuestion(named(person.name)), t.nav.signOut))) return;
    await app.api.delete(`${path}/sessions`);
    fill(said, t.people.ended(named(person.name))).focus();
  }

  function management() {
    const end = [t.people.end, hidden(" ", person.name)];
    return [roleForm(person, change), statusForm(person, change), pressing(app, { class: "quiet" }, end, endSessions)];
  }

  // The list does not tell whether mails reach somebody: it is asked for whoever is looked at.
  async function showMails() {
    const answer = await optional(app.api.get(path));
    fill(mails, answer?.user.mailSuppressed ? suppression(answer.user.mailSuppressed) : null);
  }

  show();
  const summary = h("summary", {}, t.people.manage, hidden(" ", person.name));
  const details = h("details", {}, summary, mails, manage, said, trail(person));
  details.addEventListener("toggle", () => details.open && showMails());
  return h("li", { class: "card" }, h("h2", {}, named(person.name)), about, details);
}

function suppression({ reason, at }) {
  return h("p", { class: "bad" }, t.people.mails[reason](time(at, { dateStyle: "medium" })));
}

function facts({ email, emailVerified, role, status, createdAt, lastSeenAt }) {
  return [
    h("p", {}, email, emailVerified === false && h("span", { class: "fine" }, ` (${t.people.notVerified})`)),
    h(
      "p",
      {},
      t.people.roles[role] ?? role,
      " · ",
      status === "suspended"
        ? h("strong", { class: "bad" }, t.people.statuses.suspended)
        : (t.people.statuses[status] ?? status),
    ),
    h(
      "p",
      { class: "fine" },
      t.people.since(time(createdAt, { dateStyle: "medium" }), lastSeenAt ? time(lastSeenAt) : null),
    ),
  ];
}

function self() {
  return h("p", {}, t.people.self);
}

function roleForm(person, change) {
  const { roles } = t.people;
  return form(
    { "aria-label": t.people.roleOf(person.name) },
    async ({ role }) => {
      if (role === person.role) return;
      const question = t.people.roleQuestion(named(person.name), roles[person.role], roles[role]);
      if (!(await confirmed(question, t.people.changeRole, { isDangerous: false }))) return;
      await change({ role }, t.people.roleNow(roles[role]));
    },
    field(t.people.role, {}, select({ name: "role" }, Object.entries(roles), person.role)),
    h("button", { class: "quiet" }, t.people.changeRole),
  );
}

function statusForm(person, change) {
  const isSuspended = person.status === "suspended";
  const name = () => named(person.name);
  const [act, status, question, text] = isSuspended
    ? [t.people.letIn, "active", t.people.letInQuestion, t.people.letInDone]
    : [t.people.suspend, "suspended", t.people.suspendQuestion, t.people.suspendDone];
  return form(
    { "aria-label": [act, ": ", person.name] },
    async ({ reason }) => {
      if (!(await confirmed(question(name()), act, { isDangerous: !isSuspended }))) return;
      await change({ status, ...(reason.trim() && { reason: reason.trim() }) }, text(name()));
    },
    field(t.people.reason, { name: "reason", maxlength: 500 }),
    h("button", { class: isSuspended ? "quiet" : "danger" }, act),
  );
}

function trail({ userId, name }) {
  const link = (filter, text) =>
    h("a", { href: `#/audit?${new URLSearchParams({ [filter]: userId })}`, "aria-label": [text, ": ", name] }, text);
  return h(
    "p",
    { class: "fine" },
    t.audit.title,
    ": ",
    link("actor", t.people.did),
    " · ",
    link("target", t.people.undergone),
  );
}
