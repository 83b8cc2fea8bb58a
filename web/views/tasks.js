import { h, named } from "../dom.js";
import { field, form, textArea, tick } from "../forms.js";
import { t } from "../strings.js";
import { momentOf } from "./moments.js";
import { due, pill, separated } from "./parts.js";
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
    async ({ title, instructions, maxGrade, dueAt, allowLate }) => {
      const body = { title, instructions, maxGrade: Number(maxGrade), allowLate: allowLate === "on" };
      if (dueAt) body.dueAt = momentOf(dueAt);
      const { assessment } = await app.api.post(`${path}/assessments`, body);
      element.reset();
      added(assessment);
    },
    field(t.tasks.name, { name: "title", required: true }),
    field(t.tasks.instructions, {}, textArea({ name: "instructions", rows: 4 })),
    field(t.tasks.maxGrade, { name: "maxGrade", type: "number", min: 1, max: 10000, value: 10 }),
    field(t.tasks.dueAt, { name: "dueAt", type: "datetime-local" }, undefined, t.common.mayBeEmpty),
    tick(t.tasks.allowLate, { name: "allowLate" }),
    h("button", {}, t.tasks.add),
  );
  return h("details", {}, h("summary", {}, t.tasks.newTitle), element);
}
