import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Realtime } from "../../../web/realtime.js";
import { FakeSocket, push, settled } from "./doubles.mjs";

let tickets;
let refusal;
let realtime;
let heard;

beforeEach(async () => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  FakeSocket.all = [];
  tickets = 0;
  refusal = null;
  heard = [];
  const api = {
    post: async (path) => {
      assert.equal(path, "/v1/learner/realtime/ticket");
      if (refusal !== null) throw refusal;
      tickets += 1;
      return { ticket: `t/${tickets}`, webSocketUrl: "wss://socket.example/live" };
    },
  };
  realtime = new Realtime(api, { WebSocket: FakeSocket, random: () => 1 });
  for (const type of ["online", "offline"]) realtime.addEventListener(type, () => heard.push(type));
  realtime.addEventListener("push", ({ detail }) => heard.push(detail.eventId));
  realtime.start();
  await settled();
});

async function passes(seconds) {
  mock.timers.tick(seconds * 1000);
  await settled();
}

test("a ticket opens the socket, and a lost connection is opened anew with another one", async () => {
  assert.equal(FakeSocket.latest.address, "wss://socket.example/live?ticket=t%2F1");
  FakeSocket.latest.opens();
  FakeSocket.latest.close();
  await passes(0.5);
  assert.equal(FakeSocket.latest.address, "wss://socket.example/live?ticket=t%2F2");
  FakeSocket.latest.opens();
  assert.deepEqual(heard, ["online", "offline", "online"]);
});

test("pauses double up to half a minute, and start over after a success", async () => {
  for (const seconds of [0.5, 1, 2, 4, 8, 16, 30, 30]) {
    const before = FakeSocket.all.length;
    FakeSocket.latest.close();
    await passes(seconds - 0.01);
    assert.equal(FakeSocket.all.length, before);
    await passes(0.02);
    assert.equal(FakeSocket.all.length, before + 1);
  }
  FakeSocket.latest.opens();
  FakeSocket.latest.close();
  await passes(0.5);
  assert.equal(FakeSocket.all.length, 10);
});

test("the server's Retry-After is added to the pause; a session that has ended is not tried again", async () => {
  refusal = Object.assign(new Error("busy"), { status: 429, retryAfter: 7 });
  FakeSocket.latest.close();
  await passes(0.5);
  refusal = null;
  await passes(7.9);
  assert.equal(FakeSocket.all.length, 1);
  await passes(0.2);
  assert.equal(FakeSocket.all.length, 2);
  refusal = Object.assign(new Error("ended"), { status: 401 });
  FakeSocket.latest.close();
  await passes(600);
  assert.equal(FakeSocket.all.length, 2);
});

test("what is delivered twice is told once, across connections too", async () => {
  FakeSocket.latest.opens();
  FakeSocket.latest.receives(push("points.awarded", "evt_1", {}));
  FakeSocket.latest.receives(push("points.awarded", "evt_1", {}));
  FakeSocket.latest.close();
  await passes(0.5);
  FakeSocket.latest.opens();
  FakeSocket.latest.receives(push("points.awarded", "evt_1", {}));
  FakeSocket.latest.receives(push("points.awarded", "evt_2", {}));
  assert.deepEqual(heard, ["online", "evt_1", "offline", "online", "evt_2"]);
});

test("an answer reaches whoever asked, and a lost connection is an answer too", async () => {
  FakeSocket.latest.opens();
  const first = realtime.ask({ action: "sendMessage", clientMessageId: "a" });
  const second = realtime.ask({ action: "sendMessage", clientMessageId: "b" });
  FakeSocket.latest.receives({ type: "message.accepted", clientMessageId: "b", data: { seq: 2 } });
  assert.deepEqual((await second).data, { seq: 2 });
  FakeSocket.latest.close();
  assert.equal(await first, null);
  assert.equal(await realtime.ask({ action: "sendMessage", clientMessageId: "c" }), null);
});

test("a connection that leads nowhere is given up when a ping stays unanswered", async () => {
  const stale = FakeSocket.latest;
  stale.opens();
  await passes(240);
  assert.deepEqual(stale.sent, [{ action: "ping" }]);
  stale.receives({ type: "pong" });
  await passes(240);
  assert.deepEqual(heard, ["online"]);
  await passes(15);
  assert.deepEqual(heard, ["online", "offline"]);
  assert.ok(stale.isClosed);
  stale.receives(push("points.awarded", "evt_late", {}));
  assert.deepEqual(heard, ["online", "offline"]);
});

test("a network that comes back is used at once", async () => {
  FakeSocket.latest.opens();
  realtime.sleep();
  assert.deepEqual(heard, ["online", "offline"]);
  realtime.wake();
  await settled();
  assert.equal(FakeSocket.all.length, 2);
});

test("after a stop nothing is opened, and the next start is not held up by what was under way", async () => {
  realtime.stop();
  const abandoned = FakeSocket.latest;
  realtime.start();
  await settled();
  abandoned.opens();
  assert.ok(abandoned.isClosed);
  assert.deepEqual(heard, []);
  FakeSocket.latest.opens();
  assert.deepEqual(heard, ["online"]);
  realtime.stop();
  await passes(600);
  assert.equal(FakeSocket.all.length, 2);
});
