import { h, named, time } from "../dom.js";
import { strip } from "../plots.js";
import { number, t } from "../strings.js";
import { coursesNav, due, figures, hueOf, pill, section, when } from "./parts.js";

/** One's own courses: how far, when, and what one waits for. */
export async function coursesView(app, { signal }) {
  const { api, names, session } = app;
  const [{ data }, { data: line }] = await Promise.all([
    api.page("/v1/learner/me/progress", { limit: 100 }, { signal }),
    api.page("/v1/learner/me/enrollments", { status: "waitlisted", limit: 100 }, { signal }),
  ]);
  const { progress, summary } = data;
  for (const one of [...progress, ...line.enrollments]) names.keep(one.courseId, one.title);
  return {
    title: t.courses.title,
    content: [
      coursesNav("#/courses", session),
      progress.length === 0
        ? h("p", {}, t.today.noCourse, " ", h("a", { href: "#/catalogue" }, t.today.find))
        : figures([
            [summary.courses, t.courses.figure(summary.courses)],
            [summary.completed, t.courses.figureCompleted],
            [`${summary.averagePercentage} %`, t.courses.figureAverage],
            [number(summary.totalStudyHours), t.courses.figureHours],
          ]),
      h("ul", { class: "cards" }, progress.map(entry)),
      line.enrollments.length > 0 &&
        section("waiting", t.courses.waiting, h("ul", { class: "rows" }, line.enrollments.map(waiting))),
    ],
  };
}

function entry(one) {
  const { courseId, title, completedModules, totalModules, status } = one;
  return h(
    "li",
    { class: `card target ${hueOf(title)}` },
    h("h2", {}, h("a", { href: `#/courses/${courseId}`, dir: "auto" }, title)),
    one.kind === "session" && when(one),
    totalModules > 0 && strip(totalModules, (index) => index < completedModules),
    totalModules > 0 && h("p", { class: "fine" }, t.courses.modules(completedModules, totalModules)),
    one.nextDueAt && h("p", { class: "fine" }, due(one.nextDueAt)),
    one.lastAccessed && h("p", { class: "fine" }, t.courses.studied, " ", time(one.lastAccessed)),
    status === "completed" && pill(t.courses.completed, "good"),
  );
}

function waiting({ courseId, title, position, startsAt, endsAt }) {
  return h(
    "li",
    { class: "row target" },
    h("div", {}, h("a", { class: "title", href: `#/courses/${courseId}` }, named(title)), when({ startsAt, endsAt })),
    pill(position ? t.seats.position(position) : t.seats.inLine, "warn"),
  );
}
