import { h, time } from "../dom.js";
import { ring, strip } from "../plots.js";
import { number, t } from "../strings.js";
import { news } from "./news.js";
import { card } from "./parts.js";
import { todoList, weekStrip } from "./todo.js";

const WEEK = 7 * 86_400_000;

/** A learner's day. */
export async function learnerToday(app, { signal }) {
  const { api, names } = app;
  const [{ data }, todo, latest] = await Promise.all([
    api.page("/v1/learner/me/progress", { limit: 100 }, { signal }),
    api.get("/v1/learner/me/todo", { limit: 50 }, { signal }),
    api.page("/v1/learner/me/news", { limit: 5 }, { signal }),
  ]);
  const { progress, summary } = data;
  for (const one of progress) names.keep(one.courseId, one.title);
  const waiting = todo.todo;
  const week = waiting.filter(({ dueAt }) => dueAt && new Date(dueAt) - Date.now() < WEEK);
  return {
    title: t.today.title,
    content: [
      goOn(progress),
      week.length > 0 && card("week", t.today.week, weekStrip(week)),
      card("todo", t.today.todo, waiting.length > 0 ? todoList(waiting) : h("p", { class: "fine" }, t.today.nothing)),
      news(app, latest),
      progress.length > 0 && courses(progress, summary),
    ],
  };
}

/** The course that was studied last and is not done: one press leads back to it. */
function goOn(progress) {
  const open = progress.filter(({ status, totalModules }) => status === "active" && totalModules > 0);
  if (open.length === 0) {
    return h(
      "section",
      { class: "card go-on", "aria-label": t.today.goOn },
      h(
        "div",
        {},
        h("p", {}, progress.length === 0 ? t.today.noCourse : t.today.allDone),
        h("a", { class: "button", href: "#/catalogue" }, t.today.find),
      ),
    );
  }
  const [latest] = open.toSorted((one, other) => ((one.lastAccessed ?? "") < (other.lastAccessed ?? "") ? 1 : -1));
  const { courseId, title, completedModules, totalModules } = latest;
  return h(
    "section",
    { class: "card go-on", "aria-label": t.today.goOn },
    ring(completedModules, totalModules),
    h(
      "div",
      {},
      h("p", { class: "fine" }, t.today.goOn),
      h("p", { class: "title", dir: "auto" }, title),
      h("p", {}, t.today.module(completedModules + 1, totalModules)),
      h("a", { class: "button", href: `#/courses/${courseId}` }, t.today.continue),
    ),
  );
}

function courses(progress, summary) {
  const row = ({ courseId, title, completedModules, totalModules, lastAccessed, status }) =>
    h(
      "li",
      { class: "row target" },
      h(
        "div",
        { class: "grow" },
        h("a", { class: "title", href: `#/courses/${courseId}`, dir: "auto" }, title),
        totalModules > 0 && strip(totalModules, (index) => index < completedModules),
        lastAccessed && h("p", { class: "fine" }, t.courses.studied, " ", time(lastAccessed, { dateStyle: "medium" })),
      ),
      h(
        "span",
        { class: "fine" },
        status === "completed" ? t.courses.completed : `${completedModules}/${totalModules}`,
      ),
    );
  return card(
    "mine",
    t.courses.title,
    h(
      "p",
      { class: "fine" },
      h("a", { href: "#/me/points" }, t.points.have(number(summary.points))),
      " · ",
      t.courses.hours(number(summary.totalStudyHours)),
    ),
    h("ul", { class: "rows" }, progress.slice(0, 8).map(row)),
    progress.length > 8 && h("p", {}, h("a", { href: "#/courses" }, t.courses.all(progress.length))),
  );
}
