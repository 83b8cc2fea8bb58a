/** Pushes, in words for the person at the screen. */

import { named } from "./dom.js";
import { t } from "./strings.js";

const course = (id) => `#/courses/${id}`;
const task = (id) => `#/assessments/${id}`;

/** Each to a text, where it leads, and what it is about. */
const TOLD = {
  incoming: async (_, { conversation, message }) => [
    [named(conversation.peer.name), ": ", named(shortened(message.message))],
    `#/chat/${conversation.peer.userId}`,
  ],
  "submission.graded": async ({ names }, { grade, assessmentId, courseId }) => [
    t.pushes.graded(quoted(await names.assessment(assessmentId)), quoted(await names.course(courseId)), grade),
    task(assessmentId),
    `grade:${assessmentId}`,
  ],
  "enrollment.promoted": async ({ names }, { courseId }) => [
    t.pushes.promoted(quoted(await names.course(courseId))),
    course(courseId),
  ],
  "course.completed": async ({ names }, { courseId }) => [
    t.pushes.completed(quoted(await names.course(courseId))),
    course(courseId),
    courseId,
  ],
  "session.updated": async (_, { title, courseId }) => [t.pushes.changed(quoted(title)), course(courseId)],
  "schedule.conflicted": async ({ names }, { courseId }) => [
    t.pushes.conflicted(quoted(await names.course(courseId))),
    course(courseId),
  ],
};

/** Shows a toast, unless the person is looking at it already. */
export async function notify(app, type, data) {
  if (type === "points.awarded") {
    app.toasts.points(data.points, t.points.reasons[data.reason] ?? t.points.learning, "#/me/points", topicOf(data));
    return;
  }
  if (TOLD[type] === undefined) return;
  const [text, hash, topic] = await TOLD[type](app, data);
  const isLooking = type === "incoming" && location.hash === hash && !document.hidden;
  if (!isLooking) app.toasts.show(text, hash, topic);
}

/** The topic that the note on the deed itself has too: both become one note. Handing in and its grade are two. */
function topicOf({ reference, courseId }) {
  const [kind, id] = reference?.split(":") ?? [];
  return ["submission", "grade"].includes(kind) ? `${kind}:${id}` : courseId;
}

function quoted(title) {
  return title === undefined ? null : named(title);
}

function shortened(text) {
  // By code points: half an emoji is not a character.
  const characters = [...text];
  return characters.length > 80 ? `${characters.slice(0, 80).join("")} …` : text;
}
