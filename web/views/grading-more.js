/** Beside the grade: more time for one learner, and a submission that is opened again. */

import { confirmed, h, named, time } from "../dom.js";
import { field, form } from "../forms.js";
import { pressing } from "../press.js";
import { t } from "../strings.js";
import { momentOf } from "./moments.js";

/** A later date for one learner. */
export function extension(app, { assessment, learnerId, name }) {
  const path = `/v1/assessments/${encodeURIComponent(assessment.assessmentId)}`;
  if (!assessment.dueAt) return null;
  return h(
    "details",
    {},
    h("summary", {}, t.grading.moreTime),
    form(
      { "aria-label": t.grading.moreTimeFor(name) },
      async ({ dueAt }) => {
        const until = { dueAt: momentOf(dueAt) || undefined };
        const answer = await app.api.put(`${path}/extensions/${encodeURIComponent(learnerId)}`, until);
        app.toasts.show(t.grading.extended(named(name), time(answer.extension.dueAt)));
      },
      field(t.tasks.dueAt, { name: "dueAt", type: "datetime-local" }),
      h("button", { class: "quiet" }, t.grading.extend),
    ),
  );
}

/** Takes a grade back, so that another attempt may follow. */
export function reopening(app, { assessment, learnerId, name, shown, reopened }) {
  const path = `/v1/assessments/${encodeURIComponent(assessment.assessmentId)}`;
  return pressing(app, { class: "quiet danger" }, t.grading.reopen, async () => {
    if (!(await confirmed(t.grading.reopenQuestion(named(name)), t.grading.reopen))) return;
    const body = { attempt: shown().attempt, grade: null };
    const { submission } = await app.api.patch(`${path}/submissions/${encodeURIComponent(learnerId)}`, body);
    reopened(submission);
  });
}
