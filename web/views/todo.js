/** Things that wait for somebody: as a list, and the next seven days of them side by side. */

import { dated, h, named, time } from "../dom.js";
import { t } from "../strings.js";
import { pill, separated } from "./parts.js";

const DAY = 86_400_000;
const SOON = 2 * DAY;
const ADDRESSES = {
  assessment: ({ reference, courseId }) => (reference ? `#/assessments/${reference}` : `#/courses/${courseId}/tasks`),
  session: ({ courseId }) => `#/courses/${courseId}`,
  grading: ({ reference }) => `#/teaching/assessments/${reference}`,
};

/** Entries as `GET /v1/learner/me/todo` has them, soonest first. */
export function todoList(entries) {
  return h("ul", { class: "rows" }, entries.map(row));
}

function row(entry) {
  const { kind, title, courseTitle, dueAt, count } = entry;
  const address = ADDRESSES[kind]?.(entry);
  const name = { class: "title", dir: "auto" };
  return h(
    "li",
    { class: "row target" },
    h(
      "div",
      { class: "grow" },
      address ? h("a", { href: address, ...name }, title) : h("span", name, title),
      h(
        "p",
        { class: "fine" },
        separated([
          t.todo.kinds[kind] ?? kind,
          courseTitle && courseTitle !== title && named(courseTitle),
          dueAt && time(dueAt),
        ]),
      ),
    ),
    mark(kind, dueAt, count),
  );
}

function mark(kind, dueAt, count) {
  if (kind === "grading") return pill(t.todo.toGrade(count), "warn");
  if (!dueAt) return null;
  const left = new Date(dueAt) - Date.now();
  if (left < 0) return pill(kind === "session" ? t.todo.running : t.todo.late, kind === "session" ? "good" : "bad");
  return left < SOON ? pill(t.todo.soon, "warn") : null;
}

/** Seven days from today: a list on a phone, columns where there is room. */
export function weekStrip(entries, now = Date.now()) {
  const today = new Date(now).setHours(0, 0, 0, 0);
  const days = Array.from({ length: 7 }, (_, index) => new Date(today + index * DAY + DAY / 2));
  const on = (day) => entries.filter(({ dueAt }) => new Date(dueAt).toDateString() === day.toDateString());
  const item = (entry) => {
    const address = ADDRESSES[entry.kind]?.(entry);
    const text = [h("strong", {}, time(entry.dueAt, { timeStyle: "short" })), " ", named(entry.title)];
    return h("li", { class: `event ${entry.kind}` }, address ? h("a", { href: address }, text) : text);
  };
  const column = (day, index) => {
    const found = on(day);
    return h(
      "li",
      { class: found.length === 0 ? "day free" : "day", "aria-current": index === 0 ? "date" : null },
      h("span", { class: "fine" }, dated(day, { weekday: "short", day: "numeric" })),
      found.length > 0 && h("ul", {}, found.map(item)),
    );
  };
  return h("ol", { class: "week" }, days.map(column));
}
