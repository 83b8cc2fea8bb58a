/** Short notes that come by themselves and go by themselves. */

import { h } from "./dom.js";

const SECONDS = 8;
const MOST = 4;

export class Toasts {
  #region;

  /** @param {Element} region a live region, so that what appears is read out without taking the focus */
  constructor(region) {
    this.#region = region;
  }

  /** @param {string} [hash] where it leads */
  show(text, hash) {
    const toast = h(
      "div",
      { class: "toast" },
      hash ? h("a", { href: hash, onclick: () => toast.remove() }, text) : h("span", {}, text),
      h("button", { type: "button", class: "quiet", "aria-label": "Dismiss", onclick: () => toast.remove() }, "×"),
    );
    this.#region.append(toast);
    while (this.#region.children.length > MOST) this.#region.firstChild.remove();
    this.#expire(toast);
  }

  /** Whoever is there need not be told the way. */
  dismiss(hash) {
    for (const toast of [...this.#region.children]) {
      if (toast.querySelector("a")?.getAttribute("href") === hash) toast.remove();
    }
  }

  #expire(toast) {
    setTimeout(() => {
      // Not from under somebody's pointer or finger.
      if (toast.matches(":hover, :focus-within")) this.#expire(toast);
      else toast.remove();
    }, SECONDS * 1000);
  }
}
