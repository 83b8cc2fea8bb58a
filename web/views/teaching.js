import { count, field, fill, form, h, select, time } from "../dom.js";
import { handedIn } from "./assessment.js";
import { seats } from "./catalogue.js";

const STATUSES = [
  ["", "Everybody"],
  ["active", "Active"],
  ["completed", "Completed"],
  ["waitlisted", "Waiting"],
  ["dropped", "Dropped"],
];

/** A tutor's published courses. */
export async function teachingView({ api, session }, { signal }) {
  const courses = await api.all("/v1/courses", "courses", { tutor: session.user.userId }, { signal });
  const card = (course) =>
    h(
      "li",
      { class: "card" },
      h("h2", {}, h("a", { href: `#/teaching/courses/${course.courseId}` }, course.title)),
      h("p", { class: "fine" }, `${course.subject} · ${course.level}`),
      h("p", { class: "seats" }, seats(course)),
    );
  return {
    title: "Teaching",
    content:
      courses.length === 0
        ? h("p", {}, "You have published no course yet.")
        : h("ul", { class: "cards" }, courses.map(card)),
  };
}

/** Who takes a course, and what is asked of them. */
export async function rosterView(app, { params: [courseId], query, signal }) {
  const path = `/v1/courses/${encodeURIComponent(courseId)}`;
  const status = query.get("status") ?? "";
  const [{ course }, roster] = await Promise.all([
    app.api.get(path, {}, { signal }),
    app.api.all(`${path}/enrollments`, "enrollments", { status }, { signal }),
  ]);
  for (const { learner } of roster) app.inbox.introduce(learner.userId, learner.name);

  const filter = select(
    {
      "data-focus": "status",
      "aria-label": "Show",
      onchange: () => app.go(`#/teaching/courses/${courseId}?status=${filter.value}`),
    },
    STATUSES,
  );
  filter.value = status;
  const row = (entry) =>
    h(
      "tr",
      {},
      h("td", {}, entry.learner.name),
      h("td", {}, entry.status),
      h("td", {}, time(entry.enrolledAt, { dateStyle: "medium" })),
      h(
        "td",
        {},
        h("a", { href: `#/chat/${entry.learner.userId}`, "aria-label": `Message ${entry.learner.name}` }, "Message"),
      ),
    );
  return {
    title: course.title,
    content: [
      h(
        "p",
        {},
        h("a", { href: "#/teaching" }, "← All my courses"),
        " · ",
        h("a", { href: `#/courses/${courseId}` }, "As learners see it"),
      ),
      h(
        "section",
        { "aria-labelledby": "tasks" },
        h("h2", { id: "tasks" }, "Assessments"),
        h(
          "ul",
          { class: "rows" },
          course.assessments.map((one) =>
            h("li", {}, h("a", { href: `#/teaching/assessments/${one.assessmentId}` }, one.title)),
          ),
        ),
        newAssessment(app, path),
      ),
      h(
        "section",
        { "aria-labelledby": "roster" },
        h("h2", { id: "roster" }, "Roster"),
        h("p", {}, filter, ` ${count(roster.length, "person", "people")}`),
        h(
          "div",
          { class: "scroll", tabindex: 0, role: "group", "aria-labelledby": "roster" },
          h(
            "table",
            {},
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                ["Name", "Status", "Since", "Contact"].map((text) => h("th", { scope: "col" }, text)),
              ),
            ),
            h("tbody", {}, roster.map(row)),
          ),
        ),
      ),
    ],
  };
}

function newAssessment(app, path) {
  return h(
    "details",
    {},
    h("summary", {}, "Add an assessment"),
    form(
      { class: "card", "aria-label": "New assessment" },
      async ({ title, instructions, maxGrade, dueAt }) => {
        const body = { title, instructions, maxGrade: Number(maxGrade) };
        // What the field holds is local time; the API takes a moment.
        if (dueAt) body.dueAt = new Date(dueAt).toISOString();
        await app.api.post(`${path}/assessments`, body);
        await app.show();
      },
      field("Title", { name: "title", required: true }),
      field("Instructions", {}, h("textarea", { name: "instructions", rows: 4 })),
      field("Highest grade", { name: "maxGrade", type: "number", min: 1, max: 10000, value: 10 }),
      field("Due (may be left empty)", { name: "dueAt", type: "datetime-local" }),
      h("button", {}, "Add"),
    ),
  );
}

/** What was handed in for an assessment, and a form to grade each of it. */
export async function gradingView(app, { params: [assessmentId], signal }) {
  const path = `/v1/assessments/${encodeURIComponent(assessmentId)}`;
  const [{ assessment }, submissions] = await Promise.all([
    app.api.get(path, {}, { signal }),
    app.api.all(`${path}/submissions`, "submissions", {}, { signal }),
  ]);
  const roster = await app.api.all(`/v1/courses/${assessment.courseId}/enrollments`, "enrollments", {}, { signal });
  const names = new Map(roster.map(({ learner }) => [learner.userId, learner.name]));
  const latest = new Map();
  for (const { learnerId, attempt } of submissions)
    latest.set(learnerId, Math.max(attempt, latest.get(learnerId) ?? 0));
  return {
    title: `Grading: ${assessment.title}`,
    content: [
      h("p", {}, h("a", { href: `#/teaching/courses/${assessment.courseId}` }, "← To the course")),
      h(
        "p",
        { role: "status" },
        submissions.length === 0 ? "Nobody has handed in anything yet." : count(submissions.length, "submission"),
      ),
      h(
        "ul",
        { class: "cards" },
        submissions.map((one) =>
          submissionCard(app, path, assessment, one, {
            name: names.get(one.learnerId) ?? "Somebody",
            isLatest: one.attempt === latest.get(one.learnerId),
          }),
        ),
      ),
    ],
  };
}

function submissionCard(app, path, assessment, submission, { name, isLatest }) {
  const work = h("div", {});
  const enter = h("button", {});
  // What the tutor has in front of them: a grade is for that attempt.
  let shown;
  function show(attempt) {
    shown = attempt;
    fill(
      work,
      h("p", {}, `Attempt ${shown.attempt}, `, time(shown.submittedAt), shown.late && " (late)"),
      h("p", {}, handedIn(app, shown, path)),
    );
    fill(enter, shown.gradedAt ? "Correct the grade" : "Grade");
  }
  const grading = form(
    { "aria-label": `Grade ${name}` },
    async ({ grade, feedback }) => {
      try {
        const { submission: graded } = await app.api.patch(
          `${path}/submissions/${encodeURIComponent(submission.learnerId)}`,
          {
            attempt: shown.attempt,
            // An empty one is no 0, and null would reopen the submission: left out, it is refused.
            grade: grade === "" ? undefined : Number(grade),
            feedback: feedback || null,
          },
        );
        // Nothing else on the page changes: whatever is being written about others stays.
        show(graded);
        grading.elements.grade.value = graded.grade ?? "";
      } catch (error) {
        // Another attempt came meanwhile: it is shown, what was written stays, and the next press is for it.
        if (error.code === "CONFLICT" && error.details.submission) show(error.details.submission);
        throw error;
      }
      app.toasts.show(`Graded: ${name}.`);
    },
    field(`Grade, 0 to ${assessment.maxGrade}`, {
      name: "grade",
      type: "number",
      min: 0,
      max: assessment.maxGrade,
      step: 0.01,
      value: submission.grade,
      required: true,
    }),
    field("Feedback", {}, h("textarea", { name: "feedback", rows: 3 }, submission.feedback ?? "")),
    enter,
  );
  show(submission);
  return h(
    "li",
    { class: "card" },
    h("h2", {}, name),
    work,
    isLatest ? grading : h("p", { class: "fine" }, "Another attempt followed."),
  );
}
