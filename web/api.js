/** The HTTP side: envelopes, errors, tokens, pages. */

import { Devices } from "./devices.js";
import { limitMessage, waitFor } from "./limits.js";

/** The API refused. `code` is stable and for programs, `message` is for people. */
export class ApiError extends Error {
  /**
   * @param {number} status 0 for a refusal over the WebSocket
   * @param {object} body the error envelope
   * @param {number|null} [retryAfter] seconds
   */
  constructor(status, body, retryAfter = body.retryAfter ?? null) {
    const isLimit = status === 429 || body.code === "TOO_MANY_REQUESTS";
    super(
      isLimit ? limitMessage(body.details?.limit, retryAfter) : (body.message ?? `The server answered with ${status}.`),
    );
    this.name = "ApiError";
    this.status = status;
    this.code = body.code ?? "";
    this.details = body.details ?? {};
    this.requestId = body.requestId ?? "";
    this.retryAfter = isLimit ? waitFor(body.details?.limit, retryAfter) : retryAfter;
    /** Whether the same will be possible later on, see `retryAfter`. */
    this.isLimit = isLimit;
  }

  /** Every field that is wrong, of a 422. */
  get fields() {
    return this.details.fields ?? [];
  }
}

/** There was no answer at all. */
export class NetworkError extends Error {
  constructor(cause) {
    super("The server cannot be reached. Are you online?", { cause });
    this.name = "NetworkError";
  }
}

const TRIES = 3;
const LONGEST_WAIT_SECONDS = 5;

export class Api {
  #url;
  #session;
  #fetch;
  #wait;
  #devices;
  #refreshing = null;

  /**
   * @param {string} url without a slash at its end
   * @param {Session} session
   */
  constructor(
    url,
    session,
    { fetch = (...request) => globalThis.fetch(...request), wait = pause, devices = new Devices() } = {},
  ) {
    this.#url = url;
    this.#session = session;
    this.#fetch = fetch;
    this.#wait = wait;
    this.#devices = devices;
  }

  /** @returns {Promise<object>} the `data` of an answer, or null of an empty one */
  async get(path, query = {}, options = {}) {
    return (await this.#call("GET", withQuery(path, query), options)).data;
  }

  async post(path, body, options = {}) {
    return (await this.#call("POST", path, { ...options, body }))?.data ?? null;
  }

  async patch(path, body, options = {}) {
    return (await this.#call("PATCH", path, { ...options, body })).data;
  }

  async put(path, body, options = {}) {
    return (await this.#call("PUT", path, { ...options, body })).data;
  }

  async delete(path, options = {}) {
    await this.#call("DELETE", path, options);
  }

  /**
   * One page of a list, and the way to the next one. Walking by cursor costs the server the same for every page.
   *
   * @returns {Promise<{data: object, total: number, next: (() => Promise<object>)|null}>} `next` is null on the last page
   */
  async page(path, query = {}, options = {}) {
    const { data, metadata } = await this.#call("GET", withQuery(path, query), options);
    const next = metadata.next ? () => this.page(path, { ...query, cursor: metadata.next }, options) : null;
    return { data, total: metadata.total, next };
  }

  /** Every entry of a list that is known to be short. */
  async all(path, key, query = {}, options = {}) {
    const entries = [];
    let page = await this.page(path, { limit: 100, ...query }, options);
    entries.push(...page.data[key]);
    while (page.next !== null) {
      page = await page.next();
      entries.push(...page.data[key]);
    }
    return entries;
  }

  async signIn(email, password) {
    const shown = { deviceName: this.#devices.name, deviceToken: this.#devices.tokenFor(email) };
    const body = { email, password, ...shown };
    this.#begin(email, await this.#send("POST", "/v1/learner/auth/login", { body }));
  }

  async register(account) {
    const body = { ...account, deviceName: this.#devices.name };
    this.#begin(account.email, await this.#send("POST", "/v1/learner/auth/register", { body }));
  }

  #begin(email, answer) {
    this.#devices.keep(email, answer.deviceToken);
    this.#session.accept(answer);
  }

  /** Erases one's account; nothing of it is kept here either. */
  async eraseAccount(password) {
    const { email } = this.#session.user;
    await this.delete("/v1/learner/me", { body: { password } });
    this.#devices.forget(email);
    this.#session.end("signed out");
  }

  /** Signs in again with what a reload has left; false where there is nothing to sign in with. */
  async resume() {
    if (this.#session.refreshToken === null) return false;
    return this.#refresh();
  }

  async signOut() {
    const { refreshToken } = this.#session;
    this.#session.end("signed out");
    if (refreshToken === null) return;
    try {
      await this.#send("POST", "/v1/learner/auth/logout", { body: { refreshToken } });
    } catch {
      // Forgotten here it is in any case; unreachable, the server lets it lapse.
    }
  }

  /**
   * Opens what a mail's link leads to. The link is its own key: who is signed in here has nothing to do with it, and a
   * link that is refused says nothing against the session.
   */
  async open(path, body = {}) {
    return (await this.#send("POST", path, { body }))?.data ?? null;
  }

  async #call(method, path, options = {}) {
    // A token that lapses between sending and arriving is the same case as one that lapsed long ago: ask, then renew.
    const token = this.#session.accessToken;
    try {
      return await this.#send(method, path, { ...options, token });
    } catch (error) {
      if (!isTokenRefused(error) || this.#session.refreshToken === null) throw error;
      // Another call may have renewed it while this one was under way.
      const isRenewed = this.#session.accessToken !== token || (await this.#refresh());
      if (!isRenewed) throw error;
      return this.#repeat(method, path, options);
    }
  }

  async #repeat(method, path, options) {
    const token = this.#session.accessToken;
    try {
      return await this.#send(method, path, { ...options, token });
    } catch (error) {
      // Something that ends sessions may have come between the two. A token that was replaced meanwhile proves nothing.
      if (isTokenRefused(error) && this.#session.accessToken === token) this.#session.end("ended");
      throw error;
    }
  }

  /**
   * A new access token, for whoever waits for one. A refresh token works once, so ten calls that find the access token
   * lapsed at the same moment must share one refresh.
   */
  #refresh() {
    this.#refreshing ??= this.#renew().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #renew() {
    try {
      const { refreshToken } = this.#session;
      this.#session.accept(await this.#send("POST", "/v1/learner/auth/refresh", { body: { refreshToken } }));
      return true;
    } catch (error) {
      // Only a refusal ends the session: without a network one is still signed in.
      if (!isTokenRefused(error)) throw error;
      this.#session.end(error.code === "TOKEN_EXPIRED" ? "expired" : "ended");
      return false;
    }
  }

  async #send(method, path, { body, token, signal } = {}) {
    const headers = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (token) headers.Authorization = `Bearer ${token}`;
    // ETags are the browser's business: it asks with the one it has, and a 304 reaches this page as the answer kept.
    const request = { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) };
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#answer(path, request);
      if (answer.ok) return answer.status === 204 ? null : answer.json();
      // A gateway in between may answer with something that is not JSON.
      const refusal = new ApiError(answer.status, await answer.json().catch(() => ({})), retryAfter(answer));
      // Reading again is harmless. A write is the caller's to repeat: it may have been carried out.
      if (method !== "GET" || !isPassing(refusal) || attempt === TRIES) throw refusal;
      await this.#wait(refusal.retryAfter ?? attempt);
    }
  }

  async #answer(path, request) {
    try {
      return await this.#fetch(this.#url + path, request);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new NetworkError(error);
    }
  }
}

/** Not a wrong password: that is an answer to what was typed, and says nothing against the session. */
function isTokenRefused(error) {
  return error instanceof ApiError && error.status === 401 && error.code !== "INVALID_CREDENTIALS";
}

function isPassing(refusal) {
  return [429, 503].includes(refusal.status) && (refusal.retryAfter ?? 0) <= LONGEST_WAIT_SECONDS;
}

// Readable across origins only because the API exposes it (Access-Control-Expose-Headers).
function retryAfter(answer) {
  const seconds = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  return Number.isNaN(seconds) ? null : seconds;
}

function withQuery(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
