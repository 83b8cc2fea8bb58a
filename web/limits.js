/** Limits: what one of them means to the person at the screen. */

import { locale, t } from "./strings.js";

const MINUTE = 60;
const HALF_DAY = 12 * 60 * MINUTE;
const UNANSWERED = "unanswered-messages";

/**
 * A refusal in words: what was too much, and when there is room again.
 *
 * @param {string|undefined} limit the name of it; none where the API as a whole had too much to do
 * @param {number|null} seconds to wait, if the server says so
 */
export function limitMessage(limit, seconds, now = Date.now()) {
  if (limit === UNANSWERED) return t.limits.unanswered;
  const reason = limit === "wrong-passwords" ? t.limits.wrongPasswords : t.limits.tooOften;
  return `${reason} ${whenAgain(seconds, now)}`;
}

/** How long a button has to wait; null where no clock says when there is room again. */
export function waitFor(limit, seconds) {
  return limit === UNANSWERED ? null : seconds;
}

/** "Try again in 37 seconds." Whoever has long to wait is told the time, which does not go out of date. */
export function whenAgain(seconds, now = Date.now()) {
  if (seconds === null) return t.limits.inAMoment;
  if (seconds < 2 * MINUTE) return t.limits.inSeconds(seconds);
  // The next full minute: at the one before it might still be too early.
  const moment = Math.ceil((now + seconds * 1000) / (MINUTE * 1000)) * MINUTE * 1000;
  const options = seconds < HALF_DAY ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return t.limits.at(new Intl.DateTimeFormat(locale, options).format(moment));
}

/** The rest of a wait, as a clock shows it: "37 s", "14:59", "1:00:00". */
export function clock(seconds) {
  if (seconds < MINUTE) return `${seconds} s`;
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / MINUTE) % 60, seconds % MINUTE];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, index) => (index === 0 ? part : String(part).padStart(2, "0"))).join(":");
}
