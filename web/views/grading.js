import { fill, h, named } from "../dom.js";
import { gradesPlot } from "../plots.js";
import { t } from "../strings.js";
import { gradingForm } from "./grading-form.js";
import { groupsOf, peopleOf } from "./grading-list.js";
import { extension } from "./grading-more.js";
import { card, due, separated } from "./parts.js";
import { taskEditor } from "./task-form.js";

/** The work on one assessment: who is to be graded, and one learner at a time. */
export async function gradingView(app, { params: [assessmentId], query, signal }) {
  const path = `/v1/assessments/${encodeURIComponent(assessmentId)}`;
  const [{ assessment }, submissions] = await Promise.all([
    app.api.get(path, {}, { signal }),
    app.api.all(`${path}/submissions`, "submissions", {}, { signal }),
  ]);
  const course = `/v1/courses/${encodeURIComponent(assessment.courseId)}`;
  const [roster, statistics] = await Promise.all([
    app.api.all(`${course}/enrollments`, "enrollments", {}, { signal }),
    app.api.get(`${path}/statistics`, {}, { signal }),
  ]);
  for (const { learner } of roster) app.inbox.introduce(learner.userId, learner.name);
  app.names.keep(assessmentId, assessment.title);

  const people = peopleOf(submissions, roster);
  const list = h("nav", { class: "people", "aria-label": t.grading.people });
  const counts = h("p", { role: "status" });
  const pane = h("div", { class: "pane" });
  const hash = `#/teaching/assessments/${assessmentId}`;
  let current = null;

  /** Others are built anew each time one is looked at; what was typed about them waits as a draft. */
  function choose(person, { isFirst = false } = {}) {
    current = person;
    showList();
    const address = person ? `${hash}?${new URLSearchParams({ learner: person.learnerId })}` : hash;
    history.replaceState(history.state, "", address);
    fill(pane, person ? gradingForm(app, { assessment, person, graded, next, previous }) : finished());
    if (!isFirst) pane.querySelector("h2").focus();
  }

  function finished() {
    return h("h2", { tabindex: -1 }, people.some(({ latest }) => latest) ? t.grading.allGraded : t.grading.nobody);
  }

  function showList() {
    const groups = groupsOf(people);
    fill(counts, t.grading.counts(groups.ungraded.length, groups.graded.length, groups.missing.length));
    fill(list, Object.entries(groups).map(group));
  }

  function group([name, found]) {
    if (found.length === 0) return null;
    return [
      h("h2", {}, `${t.grading.groups[name]} (${found.length})`),
      h("ul", {}, found.map(name === "missing" ? missing : entry)),
    ];
  }

  function entry(person) {
    const { learnerId, name, since, latest } = person;
    const link = h(
      "a",
      {
        href: `${hash}?${new URLSearchParams({ learner: learnerId })}`,
        "aria-current": person === current ? "true" : null,
        onclick: (event) => {
          event.preventDefault();
          choose(person);
        },
      },
      named(name),
      since && h("span", { class: "fine" }, " ", since),
      latest.gradedAt && h("span", { class: "fine" }, " · ", t.tasks.grade(latest.grade, assessment.maxGrade)),
    );
    return h("li", {}, link);
  }

  function missing({ learnerId, name, since }) {
    return h(
      "li",
      {},
      named(name),
      since && h("span", { class: "fine" }, " ", since),
      " ",
      h("a", { href: `#/chat/${learnerId}`, "aria-label": t.chat.writeTo(name) }, t.chat.write),
      extension(app, { assessment, learnerId, name }),
    );
  }

  function graded(person, submission) {
    person.latest = submission;
    showList();
  }

  function step(by, among) {
    const found = people.filter(among);
    const at = people.indexOf(current);
    const later = found.filter((one) => (people.indexOf(one) - at) * by > 0);
    return (by > 0 ? later[0] : later.at(-1)) ?? found.find((one) => one !== current) ?? null;
  }

  /** The next who is not graded; else there is nobody left. */
  function next() {
    const after = step(1, ({ latest }) => latest && !latest.gradedAt);
    if (after || current?.latest.gradedAt) choose(after);
  }

  function previous() {
    const before = step(-1, ({ latest }) => latest);
    if (before) choose(before);
  }

  const asked = people.find(({ learnerId, latest }) => latest && learnerId === query.get("learner"));
  choose(asked ?? people.find(({ latest }) => latest && !latest.gradedAt) ?? null, { isFirst: true });
  return {
    title: t.grading.of(named(assessment.title)),
    content: [
      h("p", {}, h("a", { href: `#/teaching/courses/${assessment.courseId}/tasks` }, t.common.back(t.course.tasks))),
      h("p", { class: "fine" }, separated([due(assessment.dueAt), t.tasks.outOf(assessment.maxGrade)])),
      counts,
      h("div", { class: "split" }, list, pane),
      taskEditor(app, assessment),
      statistics.statistics.graded > 0 && card("grades", t.plots.gradesTitle, gradesPlot(statistics.statistics)),
    ],
  };
}
