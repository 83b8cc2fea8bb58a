/** The note while there is no connection, and the page's way back by itself. */

import { dated, fill, h } from "./dom.js";
import { t } from "./strings.js";

const FIRST_PAUSE_SECONDS = 3;
const LONGEST_PAUSE_SECONDS = 30;

export class Connection {
  #app;
  #bar;
  #timer = null;
  #tries = 0;

  /** @param {Element} bar a live region above the page */
  constructor(app, bar) {
    this.#app = app;
    this.#bar = bar;
    addEventListener("offline", () => this.#say(null));
    addEventListener("online", () => this.#again());
  }

  /**
   * A page was shown.
   *
   * @param {boolean} isPresent whether it is as the server has it now
   * @param {number|null} since when it was so, where that is known
   */
  shown(isPresent, since) {
    clearTimeout(this.#timer);
    if (isPresent) {
      this.#tries = 0;
      if (navigator.onLine) fill(this.#bar);
      return;
    }
    this.#say(since);
    const seconds = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** this.#tries);
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#again(), seconds * 1000);
  }

  #again() {
    clearTimeout(this.#timer);
    if (navigator.onLine) this.#app.show();
  }

  #say(since) {
    const text = since === null ? t.errors.offline : t.errors.offlineSince(dated(since, { timeStyle: "short" }));
    // Said once: each try in vain would read it out again.
    if (this.#bar.firstChild?.textContent === text) return;
    const now = h("button", { type: "button", class: "link", onclick: () => this.#app.show() }, t.errors.tryNow);
    fill(this.#bar, h("span", {}, text), " ", now);
  }
}
