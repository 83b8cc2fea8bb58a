/** News: pushes that came while one was away. */

import { h, hidden, named, time } from "../dom.js";
import { t } from "../strings.js";
import { card } from "./parts.js";

const course = ({ courseId }) => `#/courses/${courseId}`;
const ADDRESSES = {
  "submission.graded": ({ assessmentId }) => `#/assessments/${assessmentId}`,
  "enrollment.promoted": course,
  "course.completed": course,
  "session.updated": course,
  "schedule.conflicted": course,
  "points.awarded": () => "#/me/points",
  "message.created": ({ senderId }) => `#/chat/${senderId}`,
};

/** The newest of it; what is shown counts as seen. `page` is as `Api.page` has it. */
export function news(app, page) {
  const { news: entries } = page.data;
  if (entries.length === 0) return null;
  const unseen = entries.filter(({ seen }) => !seen);
  if (unseen.length > 0) {
    const seenUpTo = Math.max(...unseen.map(({ number }) => number));
    // If that is lost they are new once more.
    app.api.patch("/v1/learner/me/news", { seenUpTo }).catch(() => {});
  }
  return card(
    "news",
    t.news.title,
    h(
      "ul",
      { class: "rows" },
      entries.map((one) => row(app, one)),
    ),
  );
}

function row({ names }, { type, data, occurredAt, seen }) {
  const title = data.title ?? names.known(data.assessmentId) ?? names.known(data.courseId);
  const text = t.news.types[type]?.(data, title && named(title)) ?? type;
  const address = ADDRESSES[type]?.(data);
  return h(
    "li",
    { class: seen ? "" : "new" },
    address ? h("a", { href: address }, text) : h("span", {}, text),
    !seen && hidden(" ", t.news.unseen),
    h("p", { class: "fine" }, time(occurredAt)),
  );
}
