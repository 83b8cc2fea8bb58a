/** What a push means to the person at the screen. */

const POINTS_FOR = {
  module_completed: "a module",
  course_completed: "a course",
  first_submission: "handing in",
  excellent_grade: "an excellent grade",
  perfect_grade: "a perfect grade",
  grade_corrected: "a corrected grade",
};

const TOASTS = {
  incoming: ({ conversation, message }) => [
    `${conversation.peer.name}: ${shortened(message.message)}`,
    `#/chat/${conversation.peer.userId}`,
  ],
  "submission.graded": ({ grade, assessmentId }) => [
    `Your submission has been graded: ${grade}`,
    `#/assessments/${assessmentId}`,
  ],
  "enrollment.promoted": ({ courseId }) => ["A seat came free, and it is yours", `#/courses/${courseId}`],
  "course.completed": ({ courseId }) => ["You have completed a course. Congratulations!", `#/courses/${courseId}`],
  "points.awarded": ({ points, reason }) => [
    `${points > 0 ? "+" : ""}${points} points for ${POINTS_FOR[reason] ?? "learning"}`,
    "#/me",
  ],
  "session.updated": ({ title, courseId }) => [`“${title}” has changed`, `#/courses/${courseId}`],
  "schedule.conflicted": ({ courseId }) => ["A session was moved onto another one of yours", `#/courses/${courseId}`],
};

/** Shows a toast, unless the person is looking at it already. */
export function notify({ toasts }, type, data) {
  if (TOASTS[type] === undefined) return;
  const [text, hash] = TOASTS[type](data);
  const isLooking = type === "incoming" && location.hash === hash && !document.hidden;
  if (!isLooking) toasts.show(text, hash);
}

function shortened(text) {
  // By code points: half an emoji is not a character.
  const characters = [...text];
  return characters.length > 80 ? `${characters.slice(0, 80).join("")} …` : text;
}
