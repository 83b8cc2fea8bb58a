import assert from "node:assert/strict";
import { test } from "node:test";

import { Session } from "../../../web/session.js";
import { channels, MemoryStorage, tokenAnswer } from "./doubles.mjs";

test("only the refresh token is stored", () => {
  const storage = new MemoryStorage();
  const session = new Session(storage, channels(1)[0]);
  session.accept(tokenAnswer(1));
  assert.equal(session.accessToken, "access-1");
  const reloaded = new Session(storage, channels(1)[0]);
  assert.deepEqual([reloaded.accessToken, reloaded.refreshToken, reloaded.user], [null, "refresh-1", null]);
});

test("a duplicated tab goes on with the successor of the token that the other one has spent", () => {
  const [one, other] = channels(2).map((channel) => new Session(new MemoryStorage(), channel));
  one.accept(tokenAnswer(1));
  other.accept(tokenAnswer(1));
  one.accept(tokenAnswer(2));
  assert.equal(other.refreshToken, "refresh-2");
});

test("another tab's person is left alone", () => {
  const [one, other] = channels(2).map((channel) => new Session(new MemoryStorage(), channel));
  one.accept(tokenAnswer("a"));
  other.accept(tokenAnswer("b", { userId: "usr_bob", name: "Bob", role: "tutor" }));
  one.accept(tokenAnswer("a2"));
  one.end("signed out");
  assert.deepEqual([other.refreshToken, other.user.name, other.isTutor], ["refresh-b", "Bob", true]);
});

test("what ends a session ends it in a duplicated tab as well, for the same reason", () => {
  for (const reason of ["signed out", "ended"]) {
    const [one, other] = channels(2).map((channel) => new Session(new MemoryStorage(), channel));
    one.accept(tokenAnswer(1));
    other.accept(tokenAnswer(1));
    const reasons = [];
    other.addEventListener("ended", ({ detail }) => reasons.push(detail));
    one.end(reason);
    assert.deepEqual([other.user, reasons], [null, [reason]]);
  }
});
