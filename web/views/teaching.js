import { h, named } from "../dom.js";
import { Shelf } from "../shelf.js";
import { t } from "../strings.js";
import { aboutLine, coursesNav, hueOf, optional, pill, seats, subnav, when } from "./parts.js";

/** A tutor's courses: published ones, and the drafts and closed ones that this browser knows of. */
export async function teachingView(app, { signal }) {
  const { api, session } = app;
  const { userId } = session.user;
  const [published, todo, others] = await Promise.all([
    api.all("/v1/courses", "courses", { tutor: userId }, { signal }),
    api.get("/v1/learner/me/todo", { limit: 100 }, { signal }),
    shelved(api, new Shelf(userId), signal),
  ]);
  const ungraded = new Map();
  for (const { kind, courseId, count } of todo.todo) {
    if (kind === "grading") ungraded.set(courseId, (ungraded.get(courseId) ?? 0) + count);
  }
  const known = new Set(published.map(({ courseId }) => courseId));
  const courses = [...others.filter(({ courseId }) => !known.has(courseId)), ...published];
  return {
    title: t.teaching.title,
    content: [
      coursesNav("#/teaching", session),
      h("p", {}, h("a", { class: "button", href: "#/teaching/new" }, t.editor.newTitle)),
      courses.length === 0
        ? h("p", {}, t.teaching.none)
        : h(
            "ul",
            { class: "cards" },
            courses.map((course) => card(course, ungraded.get(course.courseId) ?? 0)),
          ),
    ],
  };
}

async function shelved(api, shelf, signal) {
  const found = await Promise.all(
    shelf.ids.map((id) => optional(api.get(`/v1/courses/${encodeURIComponent(id)}`, {}, { signal }))),
  );
  return found.filter(Boolean).map(({ course }) => course);
}

function card(course, ungraded) {
  const { courseId, title, subject, status } = course;
  return h(
    "li",
    { class: `card target ${hueOf(subject)}` },
    h("h2", {}, h("a", { href: `#/teaching/courses/${courseId}` }, named(title))),
    aboutLine({ ...course, tutor: null }),
    when(course),
    h("p", { class: "seats" }, seats(course)),
    h(
      "p",
      { class: "pills" },
      pill(t.teaching.statuses[status] ?? status, status === "published" ? "good" : "warn"),
      ungraded > 0 && [" ", pill(t.todo.toGrade(ungraded), "warn")],
    ),
  );
}

/** The pages of one's own course. */
export function teachingNav(courseId, current) {
  const hash = `#/teaching/courses/${courseId}`;
  const pages = [
    [hash, t.teaching.overview],
    [`${hash}/learners`, t.teaching.learners],
    [`${hash}/tasks`, t.course.tasks],
    [`${hash}/edit`, t.teaching.edit],
  ];
  return subnav(t.course.parts, pages, hash + current);
}
