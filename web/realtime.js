/**
 * The WebSocket: a ticket opens it, it comes back by itself, and each push is told once.
 *
 * A push during a lost connection is gone. Listeners read what they missed after "online": see `inbox.js`.
 */

const FIRST_PAUSE_SECONDS = 0.5;
const LONGEST_PAUSE_SECONDS = 30;
// API Gateway closes a connection after ten minutes of silence. Each ping is a call of a function, so not every few seconds.
const PING_SECONDS = 240;
const ANSWER_SECONDS = 15;
// Delivery is at least once; a repetition comes within minutes, so a few hundred ids are plenty.
const REMEMBERED_EVENTS = 500;

/**
 * Dispatches
 *
 * - `online`: connected. Now read what was missed.
 * - `offline`: the connection is lost, and a new one is being tried.
 * - `push`: a `CustomEvent` whose `detail` is `{type, eventId, data, occurredAt}`.
 */
export class Realtime extends EventTarget {
  #api;
  #WebSocket;
  #random;
  #socket = null;
  #isWanted = false;
  // The attempt that is on its way; anything that comes back for another one is late.
  #attempt = null;
  #failures = 0;
  #retry = null;
  #ping = null;
  #deadline = null;
  #answers = new Map();
  #seen = new Set();

  /** @param {Api} api signed in */
  constructor(api, { WebSocket = globalThis.WebSocket, random = Math.random } = {}) {
    super();
    this.#api = api;
    this.#WebSocket = WebSocket;
    this.#random = random;
  }

  get isOnline() {
    return this.#socket !== null;
  }

  /** Connects, and keeps connecting until `stop`. */
  start() {
    this.#isWanted = true;
    this.#connect();
  }

  stop() {
    this.#isWanted = false;
    this.#attempt = null;
    this.#seen.clear();
    clearTimeout(this.#retry);
    this.#drop();
  }

  /** The device says that it has a network again: no reason to wait for the next try. */
  wake() {
    if (!this.#isWanted) return;
    if (this.isOnline) {
      // After a sleep a connection may look open and lead nowhere.
      this.#sendPing();
      return;
    }
    clearTimeout(this.#retry);
    this.#failures = 0;
    this.#connect();
  }

  /** The device says that it has no network: the socket itself would notice minutes later. */
  sleep() {
    if (this.isOnline) this.#lost();
  }

  /** Sends what needs no answer, if there is a connection. @returns {boolean} whether it was sent */
  tell(message) {
    if (!this.isOnline) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /**
   * Sends a message and waits for the answer to it, which repeats its `clientMessageId`.
   *
   * @returns {Promise<object|null>} null where the connection was lost before an answer came: it may have been stored
   */
  ask(message) {
    if (!this.tell(message)) return Promise.resolve(null);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answered(message.clientMessageId, null), ANSWER_SECONDS * 1000);
      this.#answers.set(message.clientMessageId, { resolve, timer });
    });
  }

  async #connect() {
    if (this.#attempt !== null || this.isOnline || !this.#isWanted) return;
    const attempt = {};
    this.#attempt = attempt;
    try {
      // The address of a WebSocket ends up in logs, so it carries no token but a ticket: one use, 30 seconds.
      const { ticket, webSocketUrl } = await this.#api.post("/v1/learner/realtime/ticket");
      if (this.#attempt === attempt) this.#open(`${webSocketUrl}?ticket=${encodeURIComponent(ticket)}`, attempt);
    } catch (error) {
      if (this.#attempt !== attempt) return;
      this.#attempt = null;
      // Signed out meanwhile: that is told elsewhere, and whoever signs in starts anew.
      if (error.status !== 401) this.#tryLater(error.retryAfter ?? 0);
    }
  }

  #open(address, attempt) {
    const socket = new this.#WebSocket(address);
    socket.addEventListener("open", () => {
      if (this.#attempt !== attempt) {
        socket.close();
        return;
      }
      this.#attempt = null;
      this.#socket = socket;
      this.#failures = 0;
      this.#ping = setInterval(() => this.#sendPing(), PING_SECONDS * 1000);
      this.dispatchEvent(new Event("online"));
    });
    socket.addEventListener("message", ({ data }) => {
      // One that was given up may still have something to say.
      if (this.#socket === socket) this.#received(JSON.parse(data));
    });
    socket.addEventListener("close", () => {
      if (this.#socket === socket) {
        this.#lost();
      } else if (this.#attempt === attempt) {
        // The handshake failed.
        this.#attempt = null;
        this.#tryLater();
      }
    });
  }

  #received(message) {
    clearTimeout(this.#deadline);
    if (message.clientMessageId !== undefined && this.#answers.has(message.clientMessageId)) {
      this.#answered(message.clientMessageId, message);
    } else if (message.eventId !== undefined) {
      if (this.#isNew(message.eventId)) this.dispatchEvent(new CustomEvent("push", { detail: message }));
    } else {
      this.dispatchEvent(new CustomEvent("answer", { detail: message }));
    }
  }

  #isNew(eventId) {
    if (this.#seen.has(eventId)) return false;
    this.#seen.add(eventId);
    // A set keeps the order of insertion: the first one is the oldest.
    if (this.#seen.size > REMEMBERED_EVENTS) this.#seen.delete(this.#seen.values().next().value);
    return true;
  }

  #answered(clientMessageId, answer) {
    const waiting = this.#answers.get(clientMessageId);
    if (waiting === undefined) return;
    this.#answers.delete(clientMessageId);
    clearTimeout(waiting.timer);
    waiting.resolve(answer);
  }

  #sendPing() {
    if (!this.tell({ action: "ping" })) return;
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#lost(), ANSWER_SECONDS * 1000);
  }

  #lost() {
    this.#drop();
    this.dispatchEvent(new Event("offline"));
    this.#tryLater();
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    clearInterval(this.#ping);
    clearTimeout(this.#deadline);
    for (const clientMessageId of [...this.#answers.keys()]) this.#answered(clientMessageId, null);
    socket?.close();
  }

  #tryLater(atLeastSeconds = 0) {
    if (!this.#isWanted) return;
    // Full jitter: should a server go away, its thousands of clients must not all come back in the same instant.
    const ceiling = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** this.#failures);
    this.#failures += 1;
    const seconds = atLeastSeconds + this.#random() * ceiling;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), seconds * 1000);
  }
}
