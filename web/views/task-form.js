/** The fields of an assessment, for a new one and for one that is there. */

import { confirmed, h } from "../dom.js";
import { drafts } from "../drafts.js";
import { field, form, textArea, tick } from "../forms.js";
import { pressing } from "../press.js";
import { t } from "../strings.js";
import { localOf, momentOf } from "./moments.js";

export function taskFields({ title = "", instructions = "", maxGrade = 10, dueAt = null, allowLate = false }) {
  return [
    field(t.tasks.name, { name: "title", value: title, required: true }),
    field(t.tasks.instructions, {}, textArea({ name: "instructions", rows: 4 }, instructions)),
    field(t.tasks.maxGrade, { name: "maxGrade", type: "number", min: 1, max: 10000, value: maxGrade }),
    field(
      t.tasks.dueAt,
      { name: "dueAt", type: "datetime-local", value: localOf(dueAt) },
      undefined,
      t.common.mayBeEmpty,
    ),
    tick(t.tasks.allowLate, { name: "allowLate", checked: allowLate }),
  ];
}

/** The body for the API. An empty highest grade is left out: it is refused, and no 0. */
export function taskBody({ title, instructions, maxGrade, dueAt, allowLate }) {
  return {
    title,
    instructions,
    maxGrade: maxGrade === "" ? undefined : Number(maxGrade),
    dueAt: momentOf(dueAt) || null,
    allowLate: allowLate === "on",
  };
}

/** Changes an assessment, or deletes it as long as nobody has handed anything in. */
export function taskEditor(app, assessment) {
  const { assessmentId, courseId } = assessment;
  const path = `/v1/assessments/${encodeURIComponent(assessmentId)}`;
  const draft = `task-${assessmentId}`;

  async function save(values) {
    const change = changed(assessment, taskBody(values));
    await app.api.patch(path, change);
    drafts.of(draft).clear();
    app.toasts.show(t.common.saved);
    await app.show();
  }

  const remove = pressing(app, { class: "quiet danger" }, t.tasks.delete, async () => {
    if (!(await confirmed(t.tasks.deleteQuestion, t.tasks.delete))) return;
    await app.api.delete(path);
    drafts.of(draft).clear();
    app.toasts.show(t.tasks.deleted);
    app.go(`#/teaching/courses/${courseId}/tasks`);
  });
  return h(
    "details",
    {},
    h("summary", {}, t.tasks.edit),
    form(
      { class: "card", "aria-label": t.tasks.edit, draft },
      save,
      taskFields(assessment),
      h("div", { class: "actions" }, h("button", {}, t.common.save), remove),
    ),
  );
}

/** Fields that differ: the highest grade may be sent as it is only until the first grade. */
function changed(before, after) {
  const isSame = (name) =>
    name === "dueAt" ? localOf(before.dueAt) === localOf(after.dueAt) : before[name] === after[name];
  return Object.fromEntries(Object.entries(after).filter(([name]) => !isSame(name)));
}
