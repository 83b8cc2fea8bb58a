/** Taking a seat in a course, waiting for one, and giving it up. */

import { confirmed, h, named } from "../../dom.js";
import { press } from "../../press.js";
import { SIGN_IN } from "../../routes.js";
import { t } from "../../strings.js";

/** The buttons and links for somebody's seat. */
export function seatActions(app, { course, seat, isOwn }) {
  const { api, session, toasts } = app;
  const path = `/v1/courses/${encodeURIComponent(course.courseId)}`;
  const isFull = course.capacity !== null && (course.seatsAvailable === 0 || course.waitlistLength > 0);

  /** A button that does one thing and shows the course anew, whether it was done or does not fit any more. */
  function button(text, act, attributes = {}) {
    const element = h("button", { type: "button", "data-focus": "seat", ...attributes }, text);
    element.addEventListener("click", async () => {
      const refusal = await press(app, element, act);
      element.focus();
      if (refusal === null || [403, 404, 409].includes(refusal?.status)) await app.show();
    });
    return element;
  }

  async function drop() {
    if (await confirmed(t.seats.dropQuestion, t.seats.drop)) await api.delete(`${path}/enroll`);
  }

  async function leave() {
    if (await confirmed(t.seats.leaveQuestion, t.seats.leave)) await api.delete(`${path}/waitlist`);
  }

  async function join() {
    const { waitlist } = await api.post(`${path}/waitlist`);
    toasts.show(t.seats.joined(waitlist.position));
  }

  async function book() {
    try {
      await api.post(`${path}/enroll`);
      toasts.show(t.seats.booked(named(course.title)));
    } catch (error) {
      // Somebody was faster: the page that is shown next offers the waitlist.
      if (error.details?.reason !== "COURSE_FULL") throw error;
      toasts.show(t.seats.justTaken);
    }
  }

  if (session.user === null) {
    const href = `${SIGN_IN}?${new URLSearchParams({ next: `#/courses/${course.courseId}` })}`;
    return h("a", { class: "button", href }, isFull ? t.seats.signInToJoin : t.seats.signInToBook);
  }
  if (isOwn) return h("a", { class: "button", href: `#/teaching/courses/${course.courseId}` }, t.teaching.manage);
  const message = h("a", { href: `#/chat/${course.tutor.userId}` }, t.chat.writeTo(named(course.tutor.name)));
  if (seat?.status === "completed") return [h("strong", {}, t.courses.completed), message];
  if (seat?.status === "active") return [button(t.seats.drop, drop, { class: "quiet danger" }), message];
  if (seat?.status === "waitlisted") {
    return [
      h("strong", {}, seat.position ? t.seats.yourPosition(seat.position) : t.seats.onWaitlist),
      button(t.seats.leave, leave, { class: "quiet danger" }),
    ];
  }
  if (course.status !== "published") return null;
  return isFull ? button(t.seats.join, join) : button(t.seats.book, book);
}
