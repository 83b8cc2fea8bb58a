/**
 * The signed-in user and their tokens.
 *
 * Where the tokens are kept, and why:
 *
 * - The access token (one hour) only in memory. It is what a script gone astray could use at once, and a reload gets a
 *   new one anyway.
 * - The refresh token in sessionStorage: a reload stays signed in, a closed tab does not, and nothing is left on a shared
 *   computer as localStorage would leave it. Each tab is a session of its own, so two tabs can be two people.
 *   (`devices.js` does leave something there, which opens nothing.)
 * - Not in a cookie: the API is on another site than this page and takes a bearer token, so no request that somebody else's
 *   page makes carries it, and there is nothing to forge across sites.
 *
 * Storage of any kind can be read by a script that runs in the page. That none but this site's own does is what the
 * Content-Security-Policy and `dom.js` are for.
 */

const KEY = "peerlearn.refreshToken";

export class Session extends EventTarget {
  #storage;
  #channel;
  #accessToken = null;
  #user = null;

  /**
   * @param {Storage} storage
   * @param {BroadcastChannel} [channel] reaches the other tabs of this site
   */
  constructor(storage = sessionStorage, channel = new BroadcastChannel("peerlearn.session")) {
    super();
    this.#storage = storage;
    this.#channel = channel;
    // A duplicated tab starts with a copy of the same refresh token. Each works once; one that is shown again counts as
    // stolen and ends the session. So whoever spends it tells the tabs that hold the same one what came after it.
    this.#channel.addEventListener("message", ({ data }) => {
      if (data.spent !== this.refreshToken) return;
      if (data.next === null) this.#end(data.reason);
      else this.#storage.setItem(KEY, data.next);
    });
  }

  get accessToken() {
    return this.#accessToken;
  }

  get refreshToken() {
    return this.#storage.getItem(KEY);
  }

  /** `{userId, name, email, role, ...}`, or null. */
  get user() {
    return this.#user;
  }

  get isTutor() {
    return this.#user !== null && this.#user.role !== "learner";
  }

  get isAdmin() {
    return this.#user?.role === "admin";
  }

  /** Takes a token answer of the API (register, login, refresh). */
  accept(answer) {
    const spent = this.refreshToken;
    this.#accessToken = answer.token;
    this.#storage.setItem(KEY, answer.refreshToken);
    const isNew = this.#user?.userId !== answer.user.userId;
    this.#user = answer.user;
    if (spent !== null) this.#channel.postMessage({ spent, next: answer.refreshToken });
    if (isNew) this.dispatchEvent(new Event("started"));
  }

  /** Takes news of one's own account; those of somebody else's say nothing of who is signed in here. */
  learn(user) {
    if (this.#user?.userId !== user.userId) return;
    this.#user = { ...this.#user, ...user };
    this.dispatchEvent(new Event("changed"));
  }

  /**
   * Forgets everything.
   *
   * @param {string} reason "signed out" by oneself, "expired" after long idleness, or "ended" from elsewhere
   */
  end(reason) {
    const spent = this.refreshToken;
    if (spent !== null) this.#channel.postMessage({ spent, next: null, reason });
    this.#end(reason);
  }

  #end(reason) {
    // After a reload nobody is known yet, and there is something to end all the same.
    const was = this.#user !== null || this.refreshToken !== null;
    this.#accessToken = null;
    this.#user = null;
    this.#storage.removeItem(KEY);
    if (was) this.dispatchEvent(new CustomEvent("ended", { detail: reason }));
  }
}
