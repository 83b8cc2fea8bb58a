/**
 * Conversations: nothing is missed, nothing is shown twice, nothing is sent twice.
 *
 * Messages of a conversation are numbered 1, 2, 3... without gaps (`seq`). From that follows everything here:
 *
 * 1. A pushed message with the next number is shown. One with a lower number is a repetition. A higher one means that
 *    others were missed: everything behind the last one is read over HTTP.
 * 2. After each reconnect the list of conversations says which of them have a later message than the last one known.
 * 3. What is sent carries an id of the client's own, and is sent again under the same id until it was accepted: the
 *    server stores it once.
 */

import { ApiError, NetworkError } from "./api.js";
import { Outbox } from "./outbox.js";

const PAGE = 50;
const CATCH_UP_PAGE = 100;
const TYPING_SECONDS = 4;

/**
 * @typedef {object} Conversation
 * @property {{userId: string, name: string|null}} peer
 * @property {object[]} messages by `seq`, without gaps; empty until opened
 * @property {object[]} outbox what is not accepted yet, see `outbox.js`
 * @property {number} unread as the server counts
 * @property {boolean} isLoaded whether `messages` reach up to the newest one
 * @property {boolean} hasOlder
 * @property {number} typingUntil
 * @property {number} announced up to which `seq` messages have been told as incoming
 */

/** Dispatches `change` (a `CustomEvent` with the conversation, or null for the list) and `incoming` (with a message). */
export class Inbox extends EventTarget {
  #api;
  #realtime;
  #session;
  #conversations = new Map();
  #names = new Map();
  #catchingUp = new Map();
  #refreshing = null;
  #outbox;
  #open = null;

  constructor(api, realtime, session) {
    super();
    this.#api = api;
    this.#realtime = realtime;
    this.#session = session;
    this.#outbox = new Outbox(realtime, session, {
      changed: (conversation) => this.#changed(conversation),
      accepted: (message) => this.#arrived(message),
    });
    realtime.addEventListener("online", () => this.#afterReconnect());
    realtime.addEventListener("push", ({ detail }) => this.#pushed(detail));
    realtime.addEventListener("answer", ({ detail }) => this.#answered(detail));
    session.addEventListener("ended", () => this.#forget());
  }

  get conversations() {
    const known = [...this.#conversations.values()].filter((one) => one.lastMessage !== null || one.outbox.length > 0);
    const age = (one) => (one.outbox.length > 0 ? "~" : one.lastMessage.createdAt);
    return known.sort((one, other) => (age(one) < age(other) ? 1 : -1));
  }

  get unread() {
    return this.conversations.reduce((sum, { unread }) => sum + unread, 0);
  }

  /** Notes the name of somebody to whom one may write, although there is no conversation yet. */
  introduce(userId, name) {
    this.#names.set(userId, name);
  }

  /** The conversation with somebody, which may be empty. */
  with(peerId) {
    if (!this.#conversations.has(peerId)) {
      this.#conversations.set(peerId, {
        peer: { userId: peerId, name: this.#names.get(peerId) ?? null },
        messages: [],
        outbox: [],
        lastMessage: null,
        unread: 0,
        isLoaded: false,
        hasOlder: false,
        typingUntil: 0,
        announced: 0,
      });
    }
    return this.#conversations.get(peerId);
  }

  /** Reads the list of conversations, and what was missed in those that are loaded. */
  refresh() {
    this.#refreshing ??= this.#readList().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #readList() {
    let isStale = true;
    while (isStale) {
      isStale = false;
      const behind = [];
      for (const { peer, lastMessage, unread } of await this.#api.all("/v1/learner/conversations", "conversations")) {
        const conversation = this.with(peer.userId);
        conversation.peer = peer;
        if (lastMessage.seq < (conversation.lastMessage?.seq ?? 0)) {
          // A push has overtaken the answer, whose count lacks it.
          isStale = true;
          continue;
        }
        Object.assign(conversation, { lastMessage, unread });
        if (conversation.isLoaded && lastMessage.seq > last(conversation)) behind.push(this.#catchUp(conversation));
      }
      await Promise.all(behind);
    }
    this.#changed(null);
  }

  /** Somebody looks at the conversation: its newest messages are loaded, and read from now on. */
  async open(peerId) {
    const conversation = this.with(peerId);
    this.#open = peerId;
    if (!conversation.isLoaded) {
      const { data } = await this.#api.page("/v1/learner/messages", { with: peerId, limit: PAGE });
      if (data.peer) conversation.peer = data.peer;
      // Something may have been pushed meanwhile; a page that overlaps is no harm, one that leaves a gap would be.
      conversation.messages = data.messages;
      conversation.hasOlder = data.messages.length > 0 && data.messages[0].seq > 1;
      conversation.isLoaded = true;
      if ((conversation.lastMessage?.seq ?? 0) > last(conversation)) await this.#catchUp(conversation);
    }
    conversation.lastMessage = conversation.messages.at(-1) ?? conversation.lastMessage;
    this.#changed(conversation);
    this.markRead(peerId);
    return conversation;
  }

  close() {
    this.#open = null;
  }

  async loadOlder(peerId) {
    const conversation = this.with(peerId);
    const before = conversation.messages[0].seq;
    const { data } = await this.#api.page("/v1/learner/messages", { with: peerId, before, limit: PAGE });
    conversation.messages.unshift(...data.messages.filter(({ seq }) => seq < conversation.messages[0].seq));
    conversation.hasOlder = data.messages.length > 0 && conversation.messages[0].seq > 1;
    this.#changed(conversation);
  }

  /** Everything up to the newest message is read, if somebody is looking. */
  markRead(peerId) {
    const conversation = this.with(peerId);
    if (this.#open !== peerId || document.hidden || conversation.unread === 0) return;
    const readUpTo = last(conversation);
    if (this.#realtime.tell({ action: "markRead", peerId, readUpTo })) return;
    this.#api
      .patch(`/v1/learner/conversations/${peerId}`, { readUpTo })
      .then(({ conversation: mark }) => this.#read(mark))
      .catch(() => {}); // after the next reconnect the list of conversations says what is unread
  }

  typing(peerId) {
    this.#realtime.tell({ action: "typing", receiverId: peerId });
  }

  /** Shows the message at once, and sends it until it is accepted or refused. */
  send(peerId, message) {
    this.#outbox.send(this.with(peerId), message);
  }

  resend(peerId, letter) {
    this.#outbox.resend(this.with(peerId), letter);
  }

  async #afterReconnect() {
    try {
      // One that is under way may have been answered before the connection was lost.
      await this.#refreshing?.catch(() => {});
      await this.refresh();
      if (this.#open !== null) this.markRead(this.#open);
    } catch (error) {
      // The connection went away again, or somebody signed out; whichever, the next "online" comes here too.
      if (!(error instanceof ApiError || error instanceof NetworkError)) throw error;
    }
  }

  #pushed({ type, data }) {
    if (type === "message.created") {
      this.#arrived(data);
    } else if (type === "message.read") {
      this.#marked(data);
    } else if (type === "typing") {
      const conversation = this.with(data.senderId);
      conversation.typingUntil = Date.now() + TYPING_SECONDS * 1000;
      this.#changed(conversation);
      setTimeout(() => this.#changed(conversation), TYPING_SECONDS * 1000 + 50);
    }
  }

  #answered({ type, data }) {
    if (type === "conversation.read") this.#read(data);
  }

  #arrived(message) {
    const mine = message.senderId === this.#session.user?.userId;
    const conversation = this.with(mine ? message.receiverId : message.senderId);
    const isNews = message.seq > (conversation.lastMessage?.seq ?? 0);
    if (isNews) {
      const isGap = conversation.lastMessage !== null && message.seq > conversation.lastMessage.seq + 1;
      conversation.lastMessage = message;
      if (!mine) conversation.unread += 1;
      // How many of those in between are unread, only the server knows.
      if (isGap) this.refresh().catch(() => {});
    }
    if (conversation.isLoaded) {
      if (message.seq === last(conversation) + 1) conversation.messages.push(message);
      else if (message.seq > last(conversation)) this.#catchUp(conversation).catch(() => {});
    }
    if (!mine) conversation.typingUntil = 0;
    this.#changed(conversation);
    // Not "is it news": the list of conversations may have been read a moment before the push came.
    if (!mine && message.seq > conversation.announced) {
      conversation.announced = message.seq;
      this.#announce(conversation, message);
    }
    this.markRead(conversation.peer.userId);
  }

  async #announce(conversation, message) {
    // A push says who has written by id alone.
    if (conversation.peer.name === null) await this.refresh().catch(() => {});
    this.dispatchEvent(new CustomEvent("incoming", { detail: { conversation, message } }));
  }

  /** Reads what is behind the last known message; whoever asks while that is under way waits for the same answer. */
  #catchUp(conversation) {
    const { userId } = conversation.peer;
    if (!this.#catchingUp.has(userId)) {
      const done = () => this.#catchingUp.delete(userId);
      this.#catchingUp.set(userId, this.#readOn(conversation).finally(done));
    }
    return this.#catchingUp.get(userId);
  }

  async #readOn(conversation) {
    for (;;) {
      const query = { with: conversation.peer.userId, after: last(conversation), limit: CATCH_UP_PAGE };
      const { data } = await this.#api.page("/v1/learner/messages", query);
      for (const message of data.messages) {
        // A push may have overtaken the answer.
        if (message.seq === last(conversation) + 1) conversation.messages.push(message);
      }
      // Not only to the end of this answer: others may have been pushed since it was given.
      if (data.messages.length === 0 || last(conversation) >= (conversation.lastMessage?.seq ?? 0)) break;
    }
    const newest = conversation.messages.at(-1);
    if (newest !== undefined && newest.seq > (conversation.lastMessage?.seq ?? 0)) conversation.lastMessage = newest;
    this.#changed(conversation);
  }

  #marked({ conversationId, readerId, readUpTo }) {
    const isMe = readerId === this.#session.user?.userId;
    const conversation = this.#conversationOf(conversationId);
    if (conversation === undefined) return;
    for (const message of conversation.messages) {
      if (message.senderId !== readerId && message.seq <= readUpTo) message.isRead = true;
    }
    // Read on another device of one's own: how many are left, the server counts.
    if (isMe && conversation.unread > 0) this.refresh().catch(() => {});
    this.#changed(conversation);
  }

  #read({ peerId, unread }) {
    const conversation = this.with(peerId);
    conversation.unread = unread;
    this.#changed(conversation);
  }

  #conversationOf(conversationId) {
    return [...this.#conversations.values()].find((one) => one.lastMessage?.conversationId === conversationId);
  }

  #changed(conversation) {
    this.dispatchEvent(new CustomEvent("change", { detail: conversation }));
  }

  #forget() {
    this.#conversations.clear();
    this.#names.clear();
    this.#open = null;
    this.#outbox.forget();
  }
}

function last(conversation) {
  return conversation.messages.at(-1)?.seq ?? 0;
}
