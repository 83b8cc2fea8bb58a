import { h, named } from "../dom.js";
import { form } from "../forms.js";
import { t } from "../strings.js";
import { due, pill, separated } from "./parts.js";
import { taskBody, taskFields } from "./task-form.js";
import { teachingNav } from "./teaching.js";

/** A course's assessments, for its tutor. */
export async function tasksView(app, { params: [courseId], signal }) {
  const path = `/v1/courses/${encodeURIComponent(courseId)}`;
  const { course } = await app.api.get(path, {}, { signal });
  const list = h("ul", { class: "rows" }, course.assessments.map(row));
  const none = h("p", { hidden: course.assessments.length > 0 }, t.tasks.none);
  return {
    title: course.title,
    content: [teachingNav(courseId, "/tasks"), none, list, newAssessment(app, path, courseId, added)],
  };

  function added(assessment) {
    none.hidden = true;
    list.append(row(assessment));
    list.lastChild.querySelector("a").focus();
  }
}

function row({ assessmentId, title, maxGrade, dueAt, allowLate, counts }) {
  return h(
    "li",
    { class: "row target" },
    h(
      "div",
      { class: "grow" },
      h("a", { class: "title", href: `#/teaching/assessments/${assessmentId}` }, named(title)),
      h(
        "p",
        { class: "fine" },
        separated([
          due(dueAt),
          dueAt && allowLate && t.tasks.lateIsTaken,
          t.tasks.outOf(maxGrade),
          counts && t.tasks.counts(counts.submitted, counts.missing),
        ]),
      ),
    ),
    counts?.ungraded > 0 && pill(t.todo.toGrade(counts.ungraded), "warn"),
  );
}

function newAssessment(app, path, courseId, added) {
  const element = form(
    { class: "card", "aria-label": t.tasks.newTitle, draft: `assessment-${courseId}` },
    async (values) => {
      const { assessment } = await app.api.post(`${path}/assessments`, taskBody(values));
      element.reset();
      added(assessment);
    },
    taskFields({}),
    h("button", {}, t.tasks.add),
  );
  return h("details", {}, h("summary", {}, t.tasks.newTitle), element);
}
