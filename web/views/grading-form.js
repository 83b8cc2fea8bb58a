/** One learner's work, and the grade for it. */

import { fill, h, named, time } from "../dom.js";
import { field, form, textArea } from "../forms.js";
import { number, t } from "../strings.js";
import { handedIn } from "./assessment.js";
import { extension, reopening } from "./grading-more.js";
import { separated } from "./parts.js";

/**
 * @param {object} options
 * @param {(person: object, submission: object) => void} options.graded tells the list
 * @param {() => void} options.next on to who is not graded yet
 * @param {() => void} options.previous
 */
export function gradingForm(app, { assessment, person, graded, next, previous }) {
  const path = `/v1/assessments/${encodeURIComponent(assessment.assessmentId)}`;
  const { learnerId, name, earlier } = person;
  const work = h("div", {});
  const enter = h("button", { value: "stay" });
  // The attempt in front of the tutor: a grade is for that one.
  let shown = person.latest;

  function show(attempt) {
    shown = attempt;
    fill(work, attemptLine(app, shown, path));
    fill(enter, shown.gradedAt ? t.grading.correct : t.grading.grade);
    reopen.hidden = !shown.gradedAt;
  }

  function reopened(submission) {
    show(submission);
    element.elements.grade.value = "";
    graded(person, submission);
    enter.focus();
  }

  const about = { assessment, learnerId, name };
  const reopen = reopening(app, { ...about, shown: () => shown, reopened });

  async function save({ grade, feedback }, button) {
    let saved;
    try {
      const answer = await app.api.patch(`${path}/submissions/${encodeURIComponent(learnerId)}`, {
        attempt: shown.attempt,
        // An empty one is no 0, and null would reopen the submission: left out, it is refused.
        grade: grade === "" ? undefined : Number(grade),
        feedback: feedback || null,
      });
      saved = answer.submission;
    } catch (error) {
      // Another attempt came meanwhile: it is shown, what was written stays, and the next press is for it.
      if (error.code === "CONFLICT" && error.details.submission) show(error.details.submission);
      throw error;
    }
    // The grade as it was saved.
    show(saved);
    element.elements.grade.value = saved.grade ?? "";
    app.toasts.show(t.grading.saved(named(name)));
    graded(person, saved);
    // Once the form has ended: it forgets what was typed as soon as that is sent.
    if (button?.value === "next") setTimeout(next);
  }

  const limits = { name: "grade", type: "number", min: 0, max: assessment.maxGrade, step: 0.01 };
  const element = form(
    { class: "card", "aria-label": t.grading.form(name), draft: `grade-${assessment.assessmentId}-${learnerId}` },
    save,
    field(t.grading.upTo(number(assessment.maxGrade)), { ...limits, value: shown.grade, required: true }),
    field(t.grading.feedback, {}, textArea({ name: "feedback", rows: 5 }, shown.feedback)),
    h(
      "div",
      { class: "actions" },
      enter,
      h("button", { class: "quiet", value: "next" }, t.grading.gradeAndNext),
      h("button", { type: "button", class: "quiet", onclick: () => previous() }, t.grading.previous),
      h("button", { type: "button", class: "quiet", onclick: () => next() }, t.grading.next),
    ),
    h("p", { class: "fine" }, t.grading.keys),
  );
  element.addEventListener("keydown", (event) => {
    const act = keyed(event, element, next, previous);
    if (act === null) return;
    event.preventDefault();
    act();
  });
  show(shown);
  return [
    h("h2", { tabindex: -1 }, named(name)),
    work,
    earlier.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, t.grading.earlier(earlier.length)),
        h(
          "ul",
          { class: "rows" },
          earlier.map((one) => h("li", {}, attemptLine(app, one, path))),
        ),
      ),
    element,
    h("p", {}, reopen),
    extension(app, about),
  ];
}

/** With a modifier, so that no letter typed by voice or by mistake grades anybody. */
function keyed({ key, ctrlKey, metaKey, altKey }, element, next, previous) {
  if (key === "Enter" && (ctrlKey || metaKey))
    return () => element.requestSubmit(element.querySelector("[value=next]"));
  if (altKey && key === "ArrowDown") return next;
  if (altKey && key === "ArrowUp") return previous;
  return null;
}

function attemptLine(app, submission, path) {
  return h(
    "p",
    {},
    separated([
      [t.tasks.attempt(number(submission.attempt)), ", ", time(submission.submittedAt)],
      submission.late && t.tasks.states.late,
      handedIn(app, submission, path),
    ]),
  );
}
