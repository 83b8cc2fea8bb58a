/** A course's description and seats, and the ways to take or give up one. */

import { h, named } from "../../dom.js";
import { seatsPlot } from "../../plots.js";
import { number, t } from "../../strings.js";
import { aboutLine, due, pill, prose, seats, section, separated, when } from "../parts.js";
import { seatActions } from "./seat.js";

export async function aboutTab(app, { course, seat, isOwn, isMember }) {
  return [
    aboutLine(course),
    when(course),
    course.status === "draft" && h("p", {}, pill(t.teaching.statuses.draft, "warn")),
    course.status === "closed" && h("p", { class: "notice" }, t.course.closed),
    prose(course.description),
    h(
      "section",
      { class: "card", "aria-label": t.seats.title },
      h("p", { class: "seats" }, seats(course)),
      course.capacity !== null && seatsPlot(course, seat?.position),
      h("div", { class: "actions" }, seatActions(app, { course, seat, isOwn })),
    ),
    !isMember && outline(course),
  ];
}

function outline({ modules, assessments }) {
  const module = ({ title, minutes }) =>
    h("li", {}, named(title), h("span", { class: "fine" }, " · ", t.course.minutes(number(minutes))));
  const task = ({ title, maxGrade, dueAt }) =>
    h("li", {}, named(title), h("p", { class: "fine" }, separated([due(dueAt), t.tasks.outOf(maxGrade)])));
  return [
    section("modules", t.course.modules(modules.length), h("ol", { class: "rows" }, modules.map(module))),
    assessments.length > 0 && section("assessments", t.course.tasks, h("ul", { class: "rows" }, assessments.map(task))),
  ];
}
