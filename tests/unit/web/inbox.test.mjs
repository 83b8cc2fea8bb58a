import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { NetworkError } from "../../../web/api.js";
import { Inbox } from "../../../web/inbox.js";
import { settled } from "./doubles.mjs";

const ME = "usr_me";
const PEER = "usr_peer";

/** The server's side of one conversation, and the connection to it. */
class World extends EventTarget {
  messages = [];
  unread = 0;
  isOnline = true;
  told = [];
  asked = [];
  reads = 0;
  answers = [];

  arrives(text, senderId = PEER) {
    const seq = this.messages.length + 1;
    const receiverId = senderId === ME ? PEER : ME;
    const message = {
      messageId: `msg_${seq}`,
      conversationId: "cnv",
      seq,
      senderId,
      receiverId,
      message: text,
      isRead: false,
      createdAt: `2026-01-01T10:00:0${seq}Z`,
    };
    this.messages.push(message);
    if (senderId === PEER) this.unread += 1;
    return message;
  }

  pushes(...messages) {
    for (const data of messages) this.#dispatch("push", { type: "message.created", data });
  }

  reconnects() {
    this.isOnline = true;
    this.dispatchEvent(new Event("online"));
  }

  tell(message) {
    if (this.isOnline) this.told.push(message);
    return this.isOnline;
  }

  async ask(message) {
    this.asked.push(message);
    const answer = this.answers.shift();
    return typeof answer === "function" ? answer(message) : answer;
  }

  async all() {
    this.reads += 1;
    return this.messages.length === 0
      ? []
      : [{ peer: { userId: PEER, name: "Peer" }, lastMessage: this.messages.at(-1), unread: this.unread }];
  }

  async page(_, { after, limit }) {
    const found =
      after === undefined
        ? this.messages.slice(-limit)
        : this.messages.filter(({ seq }) => seq > after).slice(0, limit);
    return { data: { messages: found }, next: null };
  }

  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

let world;
let inbox;
let incoming;

beforeEach(() => {
  globalThis.document = { hidden: false };
  world = new World();
  inbox = new Inbox(world, world, Object.assign(new EventTarget(), { user: { userId: ME } }));
  incoming = [];
  inbox.addEventListener("incoming", ({ detail: { conversation, message } }) =>
    incoming.push(`${conversation.peer.name} ${message.seq}`),
  );
});

const shown = () => inbox.with(PEER).messages.map(({ message }) => message);

test("what was missed while away comes in order, once, with what is pushed meanwhile", async () => {
  world.arrives("1");
  await inbox.open(PEER);
  world.isOnline = false;
  world.arrives("2");
  world.arrives("3");
  world.reconnects();
  const fourth = world.arrives("4");
  world.pushes(fourth, fourth);
  await settled();
  world.pushes(world.messages[1]);
  await settled();
  assert.deepEqual(shown(), ["1", "2", "3", "4"]);
});

test("a gap between pushes is filled from the server before the later one is shown", async () => {
  world.arrives("1");
  await inbox.open(PEER);
  world.arrives("2");
  world.pushes(world.arrives("3"));
  assert.deepEqual(shown(), ["1"]);
  await settled();
  assert.deepEqual(shown(), ["1", "2", "3"]);
});

test("a gap is filled although the list of conversations cannot be had", async () => {
  world.arrives("1");
  await inbox.open(PEER);
  world.all = async () => {
    throw new NetworkError();
  };
  world.arrives("2");
  world.pushes(world.arrives("3"));
  await settled();
  assert.deepEqual(shown(), ["1", "2", "3"]);
});

test("what is pushed while a gap is being filled is there too", async () => {
  world.arrives("1");
  await inbox.open(PEER);
  world.all = async () => [];
  const page = world.page;
  world.page = async (...request) => {
    world.page = page;
    const early = await page.apply(world, request);
    world.pushes(world.arrives("4"));
    return early;
  };
  world.arrives("2");
  world.pushes(world.arrives("3"));
  await settled();
  assert.deepEqual(shown(), ["1", "2", "3", "4"]);
});

test("a list that was asked for before the connection was lost does not count as caught up", async () => {
  world.arrives("1");
  await inbox.open(PEER);
  const early = await world.all();
  const all = world.all;
  let answer;
  world.all = () =>
    new Promise((resolve) => {
      answer = () => resolve(early);
    });
  inbox.refresh();
  world.all = all;
  world.isOnline = false;
  world.arrives("2");
  world.reconnects();
  answer();
  await settled();
  assert.deepEqual(shown(), ["1", "2"]);
});

test("unread counts are the server's, and a repetition counts nothing", async () => {
  world.arrives("1");
  world.arrives("2");
  await inbox.refresh();
  assert.equal(inbox.unread, 2);
  const third = world.arrives("3");
  world.pushes(third, third);
  assert.equal(inbox.unread, 3);
  assert.deepEqual(incoming, ["Peer 3"]);
  world.arrives("4");
  world.pushes(world.arrives("5"));
  await settled();
  assert.equal(inbox.unread, 5);
});

test("a message is announced although the list told of it first", async () => {
  const first = world.arrives("1");
  await inbox.refresh();
  world.pushes(first, first);
  assert.deepEqual([inbox.unread, incoming], [1, ["Peer 1"]]);
});

test("a stranger is announced by name", async () => {
  world.pushes(world.arrives("1"));
  await settled();
  assert.deepEqual(incoming, ["Peer 1"]);
});

test("a push that overtakes the list does not lose its count", async () => {
  world.arrives("1");
  const early = await world.all();
  const second = world.arrives("2");
  const all = world.all;
  world.all = async () => {
    world.all = all;
    await settled();
    world.pushes(second);
    return early;
  };
  await inbox.refresh();
  assert.equal(inbox.unread, 2);
});

test("what somebody looks at is read, and what they do not look at is not", async () => {
  world.arrives("1");
  await inbox.refresh();
  world.pushes(world.arrives("2"));
  assert.deepEqual(world.told, []);
  await inbox.open(PEER);
  assert.deepEqual(world.told, [{ action: "markRead", peerId: PEER, readUpTo: 2 }]);
  world.dispatchEvent(
    new CustomEvent("answer", {
      detail: { type: "conversation.read", data: { peerId: PEER, readUpTo: 2, unread: 0 } },
    }),
  );
  assert.equal(inbox.unread, 0);
  document.hidden = true;
  world.pushes(world.arrives("3"));
  assert.equal(world.told.length, 1);
});

test("a message is sent again under the same id until it is accepted, and shown once", async () => {
  await inbox.open(PEER);
  const accepted = () => ({ type: "message.accepted", data: world.arrives("Hello", ME) });
  world.answers = [null, accepted];
  inbox.send(PEER, "Hello");
  assert.deepEqual(
    inbox.with(PEER).outbox.map(({ message }) => message),
    ["Hello"],
  );
  await settled();
  assert.equal(world.asked.length, 2);
  assert.equal(world.asked[0].clientMessageId, world.asked[1].clientMessageId);
  assert.deepEqual(shown(), ["Hello"]);
  assert.deepEqual(inbox.with(PEER).outbox, []);
});

test("what is written without a connection is sent in order after the reconnect", async () => {
  await inbox.open(PEER);
  world.isOnline = false;
  inbox.send(PEER, "first");
  inbox.send(PEER, "second");
  await settled();
  assert.equal(world.asked.length, 0);
  const accepted = ({ message }) => ({ type: "message.accepted", data: world.arrives(message, ME) });
  world.answers = [accepted, accepted];
  world.reconnects();
  await settled();
  assert.deepEqual(shown(), ["first", "second"]);
});

test("a refusal is shown beside the message, which can be tried again; the next one is not held up", async () => {
  await inbox.open(PEER);
  const accepted = ({ message }) => ({ type: "message.accepted", data: world.arrives(message, ME) });
  world.answers = [{ type: "error", code: "FORBIDDEN", message: "This is not allowed." }, accepted, accepted];
  inbox.send(PEER, "no");
  inbox.send(PEER, "yes");
  await settled();
  const [letter] = inbox.with(PEER).outbox;
  assert.equal(letter.problem, "This is not allowed.");
  assert.deepEqual(shown(), ["yes"]);
  inbox.resend(PEER, letter);
  await settled();
  assert.deepEqual(shown(), ["yes", "no"]);
});

test("a limit on sending says when the message may be tried again", async () => {
  await inbox.open(PEER);
  const before = Date.now();
  world.answers = [{ type: "error", code: "TOO_MANY_REQUESTS", message: "Too many.", retryAfter: 7 }];
  inbox.send(PEER, "once more");
  await settled();
  const [letter] = inbox.with(PEER).outbox;
  assert.equal(letter.problem, "That was too often in a short time. Try again in 7 seconds.");
  assert.ok(letter.notBefore >= before + 7000 && letter.notBefore <= Date.now() + 7000);
});
