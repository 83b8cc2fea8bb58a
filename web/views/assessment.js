import { externalLink, fill, h, named, time } from "../dom.js";
import { field, form } from "../forms.js";
import { pressing } from "../press.js";
import { number, t } from "../strings.js";
import { fileDrop } from "./file-drop.js";
import { due, graded, pill, prose, section, separated } from "./parts.js";

/** One assessment: what is asked, what one has handed in, how it was graded. */
export async function assessmentView(app, { params: [assessmentId], signal }) {
  const path = `/v1/assessments/${encodeURIComponent(assessmentId)}`;
  const { assessment, submission } = await app.api.get(path, {}, { signal });
  app.names.keep(assessmentId, assessment.title);
  const state = h("div", { "aria-live": "polite", tabindex: -1 });
  const ways = h("div", {});
  const both = h(
    "div",
    { class: "columns" },
    fileDrop(app, assessmentId, handIn, signal),
    linkForm(assessmentId, handIn),
  );

  function show(latest) {
    fill(state, latest ? standing(app, assessment, latest, path) : h("p", { class: "fine" }, t.tasks.nothing));
    // A graded one takes no further attempt.
    ways.hidden = Boolean(latest?.gradedAt);
    // Work that is handed in is done: the way to replace it is folded away.
    const hadFocus = ways.contains(document.activeElement);
    fill(ways, latest ? h("details", {}, h("summary", {}, t.tasks.replace), both) : both);
    if (hadFocus) state.focus();
  }

  async function handIn(submissionUrl) {
    const { submission: accepted } = await app.api.post(`${path}/submit`, { submissionUrl }, { signal });
    show(accepted);
    app.toasts.show(t.tasks.handedIn(accepted.attempt), undefined, `submission:${assessmentId}`);
  }

  app.realtime.addEventListener(
    "push",
    async ({ detail: { type, data } }) => {
      if (type !== "submission.graded" || data.assessmentId !== assessmentId) return;
      try {
        // Only what was graded is read anew: somebody may be writing elsewhere on the page.
        show((await app.api.get(path, {}, { signal })).submission);
      } catch {
        // The toast says it, and its page is a press away.
      }
    },
    { signal },
  );

  show(submission);
  return {
    title: assessment.title,
    content: [
      h("p", {}, h("a", { href: `#/courses/${assessment.courseId}/tasks` }, t.common.back(t.course.tasks))),
      h(
        "p",
        {},
        separated([
          due(assessment.dueAt),
          assessment.dueAt && assessment.allowLate && t.tasks.lateIsTaken,
          t.tasks.outOf(assessment.maxGrade),
        ]),
      ),
      prose(assessment.instructions),
      section("handed-in", t.tasks.mine, state, ways),
    ],
  };
}

function standing(app, assessment, submission, path) {
  return [
    submission.gradedAt
      ? h(
          "p",
          { class: "grade" },
          h("strong", {}, graded(submission.grade, assessment.maxGrade)),
          " · ",
          t.tasks.gradedOn,
          " ",
          time(submission.gradedAt),
        )
      : h("p", {}, pill(t.tasks.done, "good"), " ", t.tasks.notGraded),
    h(
      "p",
      { class: "fine" },
      separated([
        [t.tasks.attempt(number(submission.attempt)), ", ", time(submission.submittedAt)],
        submission.late && t.tasks.states.late,
        handedIn(app, submission, path),
      ]),
    ),
    submission.feedback && h("blockquote", { class: "prose", dir: "auto" }, submission.feedback),
  ];
}

/** The work that was handed in: a link, or a button that fetches an uploaded file. */
export function handedIn(app, submission, path) {
  const { submissionUrl, fileName, learnerId } = submission;
  if (!fileName) return externalLink(submissionUrl);
  // Names may be in any direction of writing: the button around one goes on in its own.
  return pressing(app, { class: "quiet" }, t.tasks.download(named(fileName)), async () => {
    // Good for five minutes, so it is asked for when it is wanted.
    const { url } = await app.api.get(`${path}/submissions/${encodeURIComponent(learnerId)}/download`);
    // In a tab of its own, which closes by itself once the browser has found an attachment to save.
    externalLink(url).click();
  });
}

function linkForm(assessmentId, handIn) {
  const attributes = { name: "submissionUrl", type: "url", placeholder: "https://github.com/…", required: true };
  const element = form(
    { class: "card", "aria-labelledby": "by-link", draft: `link-${assessmentId}` },
    async ({ submissionUrl }) => {
      await handIn(submissionUrl);
      element.reset();
    },
    h("h3", { id: "by-link" }, t.tasks.byLink),
    field(t.tasks.address, attributes, undefined, t.tasks.where),
    h("button", {}, t.tasks.handInLink),
  );
  return element;
}
