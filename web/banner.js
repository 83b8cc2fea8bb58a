/** A line above every page, for somebody whose address is not confirmed. */

import { fill, h, named } from "./dom.js";
import { t } from "./strings.js";
import { sendAgain } from "./views/mails.js";

export class Banner {
  #app;
  #element;
  #sendsMail;
  #shown = null;

  /**
   * @param {Element} element where it goes
   * @param {boolean} sendsMail without mails nobody can confirm anything
   */
  constructor(app, element, sendsMail) {
    this.#app = app;
    this.#element = element;
    this.#sendsMail = sendsMail;
    element.setAttribute("aria-label", t.mails.bannerName);
  }

  /** Builds it anew where it is about somebody else now, or about nobody. */
  render() {
    const { user } = this.#app.session;
    const wanted = this.#sendsMail && user?.emailVerified === false ? user.email : null;
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    this.#element.hidden = wanted === null;
    fill(
      this.#element,
      wanted !== null && [h("span", {}, t.mails.banner(h("strong", {}, named(wanted)))), " ", sendAgain(this.#app)],
    );
  }
}
