/**
 * The last answers of the API: without a connection, or while the server is down, a page that was seen before is still
 * there. Only in memory, and only reads. Conversations are left out: `inbox.js` knows better what it has missed.
 */

const MOST = 80;
const NEVER = /\/v1\/learner\/(messages|conversations|realtime)|\/export$/;
const DOWN = [502, 503, 504];

export class LastAnswers {
  #fetch;
  #kept = new Map();

  /** Since when what the present view has asked for is out of date: a time in milliseconds, or null. */
  since = null;

  constructor(fetch = (...request) => globalThis.fetch(...request)) {
    this.#fetch = fetch;
  }

  /** A view begins to ask. */
  begin() {
    this.since = null;
  }

  /** Somebody else may be next. */
  forget() {
    this.#kept.clear();
  }

  /** As `fetch`; bound, so that it can be handed on. */
  fetch = async (url, request) => {
    if (request.method !== "GET" || NEVER.test(url.split("?")[0])) return this.#fetch(url, request);
    let answer;
    try {
      answer = await this.#fetch(url, request);
    } catch (error) {
      if (error.name === "AbortError" || !this.#kept.has(url)) throw error;
      return this.#last(url);
    }
    if (answer.ok) return this.#keep(url, answer);
    return DOWN.includes(answer.status) && this.#kept.has(url) ? this.#last(url) : answer;
  };

  async #keep(url, answer) {
    const { status, headers } = answer;
    // Read to its end now: whoever goes elsewhere aborts what is still on its way.
    const text = await answer.text();
    // Set anew, it is the last one in the map's order.
    this.#kept.delete(url);
    this.#kept.set(url, { text, status, headers, at: Date.now() });
    if (this.#kept.size > MOST) this.#kept.delete(this.#kept.keys().next().value);
    return new Response(text, { status, headers });
  }

  #last(url) {
    const { text, status, headers, at } = this.#kept.get(url);
    this.since = Math.min(this.since ?? at, at);
    return new Response(text, { status, headers });
  }
}
