import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../../web/api.js";
import { clock, limitMessage, whenAgain } from "../../../web/limits.js";

const NOW = new Date(2026, 0, 1, 14, 30, 10).getTime();

function shown(moment, options) {
  return new Intl.DateTimeFormat(undefined, options).format(moment);
}

test("a short wait is told in seconds", () => {
  assert.equal(whenAgain(1, NOW), "Try again in 1 second.");
  assert.equal(whenAgain(119, NOW), "Try again in 119 seconds.");
});

test("a long wait is told as the full minute after it, and with the day where that may be another one", () => {
  const at = (hour, minute, day = 1) => new Date(2026, 0, day, hour, minute);
  assert.equal(whenAgain(900, NOW), `Try again at ${shown(at(14, 46), { timeStyle: "short" })}.`);
  assert.equal(
    whenAgain(86_400, NOW),
    `Try again at ${shown(at(14, 31, 2), { dateStyle: "medium", timeStyle: "short" })}.`,
  );
});

test("where nobody knows when, none is named", () => {
  assert.equal(whenAgain(null), "Try again in a moment.");
});

test("the limit that people meet most is named for what it is", () => {
  assert.equal(limitMessage("wrong-passwords", 30), "Too many wrong passwords. Try again in 30 seconds.");
  assert.equal(limitMessage(undefined, 30), "That was too often in a short time. Try again in 30 seconds.");
});

test("what is left is shown as a clock", () => {
  assert.deepEqual([7, 59, 60, 899, 3600, 86_399].map(clock), ["7 s", "59 s", "1:00", "14:59", "1:00:00", "23:59:59"]);
});

test("a refusal for a limit says when, over HTTP and over the WebSocket", () => {
  const body = { code: "TOO_MANY_REQUESTS", message: "Too many.", details: { limit: "messages" } };
  const refusals = [new ApiError(429, body, 12), new ApiError(0, { ...body, retryAfter: 12 })];
  for (const refusal of refusals) {
    assert.deepEqual([refusal.isLimit, refusal.retryAfter], [true, 12]);
    assert.equal(refusal.message, "That was too often in a short time. Try again in 12 seconds.");
  }
});

test("what only an answer of somebody ends is not waited for by the clock", () => {
  const body = { code: "TOO_MANY_REQUESTS", details: { limit: "unanswered-messages" } };
  const refusal = new ApiError(429, body, 86_400);
  assert.equal(refusal.message, "You can write more as soon as you have an answer.");
  assert.equal(refusal.retryAfter, null);
});

test("other refusals keep their own words", () => {
  const refusal = new ApiError(503, { code: "TEMPORARILY_UNAVAILABLE", message: "Busy." }, 2);
  assert.deepEqual([refusal.isLimit, refusal.message, refusal.retryAfter], [false, "Busy.", 2]);
});
