/** A course's assessments, and one's own standing in each. */

import { h } from "../../dom.js";
import { t } from "../../strings.js";
import { due, separated, stateOf } from "../parts.js";

export async function tasksTab(_, { course }) {
  if (course.assessments.length === 0) return h("p", {}, t.tasks.none);
  return [h("ul", { class: "rows" }, course.assessments.map(row)), h("p", { class: "fine" }, t.tasks.points)];
}

function row({ assessmentId, title, maxGrade, dueAt, mine }) {
  return h(
    "li",
    { class: "row target" },
    h(
      "div",
      { class: "grow" },
      h("a", { class: "title", href: `#/assessments/${assessmentId}`, dir: "auto" }, title),
      h("p", { class: "fine" }, separated([due(dueAt), t.tasks.outOf(maxGrade)])),
    ),
    stateOf(mine, maxGrade),
  );
}
