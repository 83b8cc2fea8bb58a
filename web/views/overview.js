import { h, named } from "../dom.js";
import { handInsPlot, seatsPlot } from "../plots.js";
import { t } from "../strings.js";
import { aboutLine, card, figures, pill, when } from "./parts.js";
import { teachingNav } from "./teaching.js";

/** One's own course at a glance: seats, hand-ins, who waits. */
export async function overviewView(app, { params: [courseId], signal }) {
  const { course } = await app.api.get(`/v1/courses/${encodeURIComponent(courseId)}`, {}, { signal });
  app.names.keep(courseId, course.title);
  const counted = course.assessments.filter(({ counts }) => counts);
  const sum = (name) => counted.reduce((total, { counts }) => total + counts[name], 0);
  return {
    title: course.title,
    content: [
      teachingNav(courseId, ""),
      aboutLine({ ...course, tutor: null }),
      when(course),
      h(
        "p",
        { class: "pills" },
        pill(t.teaching.statuses[course.status] ?? course.status, course.status === "published" ? "good" : "warn"),
        " ",
        h("a", { href: `#/courses/${courseId}` }, t.teaching.asLearners),
      ),
      figures([
        [course.seatsTaken, t.teaching.figureLearners(course.seatsTaken)],
        ...(counted.length > 0
          ? [
              [sum("ungraded"), t.teaching.figureToGrade],
              [sum("missing"), t.teaching.figureMissing],
            ]
          : []),
        [course.waitlistLength, t.teaching.figureWaiting],
      ]),
      h(
        "div",
        { class: "columns" },
        card("seats", t.seats.title, seatsPlot(course)),
        counted.map(({ assessmentId, title, counts }) =>
          card(
            `task-${assessmentId}`,
            h("a", { href: `#/teaching/assessments/${assessmentId}` }, named(title)),
            handInsPlot(partsOf(counts)),
          ),
        ),
      ),
    ],
  };
}

/** Handed in is graded or to grade. */
export function partsOf({ submitted, ungraded, missing }) {
  return { graded: submitted - ungraded, ungraded, missing };
}
