import { fill, h, time } from "../dom.js";
import { pressing } from "../press.js";
import { number, t } from "../strings.js";
import { meNav, pill, readOn, separated } from "./parts.js";

/** Everything that one has handed in, and how it was graded. */
export async function gradesView(app, { signal }) {
  const first = await app.api.page("/v1/learner/me/submissions", { limit: 20 }, { signal });
  const list = h("ul", { class: "rows" });
  const more = pressing(app, { class: "quiet" }, t.points.earlier, () => next());
  const next = readOn(first, list, "submissions", (one) => row(app, one), more);
  return {
    title: t.grades.title,
    content: [meNav("#/me/grades"), first.total === 0 ? h("p", {}, t.grades.none) : list, more],
  };
}

function row(app, { assessmentId, title, maxGrade, grade, gradedAt, submittedAt, late }) {
  const name = h("a", { class: "title", href: `#/assessments/${assessmentId}`, dir: "auto" }, title ?? t.tasks.one);
  if (title === undefined) {
    // The list names them by id alone; what is not known yet comes when it is there.
    app.names.assessment(assessmentId).then((found) => found && fill(name, found));
  }
  const value = maxGrade === undefined ? number(grade) : t.tasks.grade(number(grade), number(maxGrade));
  return h(
    "li",
    { class: "row target" },
    h(
      "div",
      { class: "grow" },
      name,
      h("p", { class: "fine" }, separated([[t.tasks.handedInOn, " ", time(submittedAt)], late && t.tasks.states.late])),
    ),
    gradedAt ? pill(value, "good") : pill(t.tasks.states.submitted),
  );
}
