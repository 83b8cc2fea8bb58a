/** Pieces that several views show alike. */

import { fill, h, named, time } from "../dom.js";
import { number, t } from "../strings.js";

/** The pages of one thing: links, of which one is the present page. */
export function subnav(label, pages, current) {
  const link = ([hash, text]) => h("a", { href: hash, "aria-current": hash === current ? "page" : null }, text);
  return h("nav", { class: "subnav", "aria-label": label }, pages.map(link));
}

export function meNav(current) {
  const pages = [
    ["#/me", t.me.title],
    ["#/me/grades", t.grades.title],
    ["#/me/points", t.points.title],
    ["#/me/mails", t.mails.title],
    ["#/me/settings", t.settings.title],
  ];
  return subnav(t.nav.me, pages, current);
}

export function coursesNav(current, session) {
  const pages = [
    ...(session.isTutor ? [["#/teaching", t.teaching.title]] : []),
    ["#/courses", t.courses.title],
    ["#/catalogue", t.catalogue.title],
  ];
  return subnav(t.nav.courses, pages, current);
}

/** A word in a frame; `kind` is good, warn or bad, and says no more than the word. */
export function pill(text, kind = "") {
  return h("span", { class: `pill ${kind}` }, text);
}

/** A section with its heading. */
export function section(id, title, ...content) {
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), ...content);
}

/** The same as a card. */
export function card(id, title, ...content) {
  return h("section", { class: "card", "aria-labelledby": id }, h("h2", { id }, title), ...content);
}

/** Numbers that stand out, each with its word. */
export function figures(pairs) {
  const figure = ([value, text]) => h("li", {}, h("strong", {}, value), " ", text);
  return h("ul", { class: "figures" }, pairs.map(figure));
}

/** A course's kind, subject, level and tutor. */
export function aboutLine({ kind, subject, level, tutor }) {
  const parts = [
    kind === "session" ? pill(t.course.session) : null,
    subject && named(subject),
    t.course.levels[level] ?? level,
    tutor && named(tutor.name),
  ];
  return h("p", { class: "fine about" }, separated(parts));
}

/** Parts with a dot between each two. */
export function separated(parts) {
  return parts.filter(Boolean).flatMap((part, index) => (index === 0 ? [part] : [" · ", part]));
}

/** A session's time: the day first. */
export function when({ startsAt, endsAt }) {
  if (!startsAt) return null;
  const start = time(startsAt, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "numeric",
    minute: "2-digit",
  });
  return h("p", { class: "when" }, start, endsAt && ["–", time(endsAt, { timeStyle: "short" })]);
}

/** How many seats are free, in words. */
export function seats({ capacity, seatsAvailable, waitlistLength }) {
  if (capacity === null) return t.seats.open;
  if (seatsAvailable > 0) return t.seats.free(seatsAvailable, capacity);
  return waitlistLength > 0 ? t.seats.fullWaiting(waitlistLength) : t.seats.full;
}

/** A subject's colour, the same everywhere: one of eight, from its name. */
export function hueOf(subject = "") {
  let sum = 0;
  for (const character of subject) sum = (sum * 31 + character.codePointAt(0)) % 997;
  return `hue-${sum % 8}`;
}

/** When something is due, and whether that is soon. */
export function due(moment) {
  if (!moment) return null;
  const days = (new Date(moment) - Date.now()) / 86_400_000;
  const text = [t.tasks.due, " ", time(moment)];
  return days < 2 ? h("span", { class: days < 0 ? "bad" : "warn" }, text) : h("span", {}, text);
}

/** "9.5 of 10". */
export function graded(grade, maxGrade) {
  return t.tasks.grade(number(grade), number(maxGrade));
}

/** One's own work on an assessment, in a word. */
export function stateOf(mine, maxGrade) {
  if (mine === undefined || mine === null) return null;
  if (mine.state === "graded")
    return pill(mine.grade === null ? t.tasks.states.graded : graded(mine.grade, maxGrade), "good");
  const kinds = { none: "warn", submitted: "good", late: "warn" };
  return pill(t.tasks.states[mine.state] ?? mine.state, kinds[mine.state]);
}

/** A list that is read on page by page, as far as somebody wants. */
export function readOn(first, list, key, entry, more) {
  let page = first;
  const append = () => {
    list.append(...page.data[key].map(entry));
    more.hidden = page.next === null;
  };
  append();
  return async () => {
    page = await page.next();
    append();
  };
}

/** Replaces a row by another one; reading goes on in it. */
export function swap(old, fresh) {
  const { activeElement } = document;
  // A button loses the focus while it cannot be pressed.
  const hadFocus = old.contains(activeElement) || activeElement === document.body;
  old.replaceWith(fresh);
  if (hadFocus) fresh.querySelector("[data-focus]")?.focus();
}

/** The answer, or null where the API knows of no such thing for this person. */
export async function optional(answer) {
  try {
    return await answer;
  } catch (error) {
    if ([403, 404].includes(error.status)) return null;
    throw error;
  }
}

/** Text that somebody wrote, line by line. */
export function prose(text, attributes = {}) {
  return fill(h("p", { class: "prose", dir: "auto", ...attributes }), text);
}
