/** Messages on their way: each is sent under an id of its own until it is accepted or refused, one after the other. */

import { ApiError } from "./api.js";

export class Outbox {
  #realtime;
  #session;
  #changed;
  #accepted;
  #sending = Promise.resolve();

  /** @param {{changed: (conversation: object) => void, accepted: (message: object) => void}} told */
  constructor(realtime, session, { changed, accepted }) {
    this.#realtime = realtime;
    this.#session = session;
    this.#changed = changed;
    this.#accepted = accepted;
  }

  send(conversation, message) {
    const letter = { clientMessageId: crypto.randomUUID(), message, problem: null, notBefore: 0 };
    conversation.outbox.push(letter);
    this.#changed(conversation);
    this.#post(conversation, letter);
  }

  resend(conversation, letter) {
    letter.problem = null;
    this.#changed(conversation);
    this.#post(conversation, letter);
  }

  forget() {
    this.#sending = Promise.resolve();
  }

  #post(conversation, letter) {
    // One after the other, so that they arrive in the order in which they were written.
    const deliver = async () => {
      try {
        const accepted = await this.#deliver(conversation.peer.userId, letter);
        conversation.outbox = conversation.outbox.filter((one) => one !== letter);
        if (accepted !== null) this.#accepted(accepted);
      } catch (error) {
        letter.problem = error.message;
        // A limit: when there is room again.
        letter.notBefore = Date.now() + 1000 * (error.retryAfter ?? 0);
      }
      this.#changed(conversation);
    };
    this.#sending = this.#sending.then(deliver);
  }

  async #deliver(receiverId, { clientMessageId, message }) {
    const sender = this.#session.user.userId;
    for (let attempt = 0; this.#session.user?.userId === sender; attempt += 1) {
      if (!this.#realtime.isOnline) await once(this.#realtime, "online");
      const answer = await this.#realtime.ask({ action: "sendMessage", receiverId, message, clientMessageId });
      // No answer: it may be stored or not. The same id again settles it.
      if (answer === null) continue;
      if (answer.type !== "error") return answer.data;
      if (answer.code !== "TEMPORARILY_UNAVAILABLE") throw new ApiError(0, answer);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(10_000, 500 * 2 ** attempt)));
    }
    return null;
  }
}

function once(target, type) {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}
