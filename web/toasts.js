/** Short notes that come by themselves and go by themselves. What belongs together is one of them. */

import { fill, h } from "./dom.js";
import { t } from "./strings.js";

const SECONDS = 8;
const MOST = 3;

export class Toasts {
  #region;
  // by topic, while they are shown
  #topics = new Map();

  /** @param {Element} region a live region, so that what appears is read out without taking the focus */
  constructor(region) {
    this.#region = region;
  }

  /**
   * @param {string|Array} text
   * @param {string} [hash] where it leads
   * @param {string} [topic] what it is about: points for the same are told in the same note
   */
  show(text, hash, topic) {
    const note = this.#note(topic);
    Object.assign(note, { text, hash: hash ?? note.hash });
    this.#write(note);
  }

  /** Points, and what for; they may come before or after the note on what earned them. */
  points(points, reason, hash, topic) {
    const note = this.#note(topic);
    note.points += points;
    note.reason = note.reason === null ? reason : t.points.several;
    note.hash ??= hash;
    this.#write(note);
  }

  /** Removes notes that lead where somebody is already. */
  dismiss(hash) {
    for (const toast of [...this.#region.children]) {
      if (toast.querySelector("a")?.getAttribute("href") === hash) toast.remove();
    }
  }

  #note(topic) {
    const known = this.#topics.get(topic);
    if (topic !== undefined && known?.toast.isConnected) return known;
    const note = {
      toast: h("div", { class: "toast", dir: "auto" }),
      text: null,
      hash: undefined,
      points: 0,
      reason: null,
    };
    if (topic !== undefined) this.#topics.set(topic, note);
    return note;
  }

  #write(note) {
    const { toast, text, hash, points, reason } = note;
    const gained = points !== 0 && (text === null ? t.points.toast(points, reason) : [" · ", t.points.gained(points)]);
    const words = [text, gained];
    const close = () => toast.remove();
    fill(
      toast,
      hash ? h("a", { href: hash, onclick: close }, words) : h("span", {}, words),
      h("button", { type: "button", class: "quiet", "aria-label": t.common.dismiss, onclick: close }, "×"),
    );
    this.#region.append(toast);
    while (this.#region.children.length > MOST) this.#region.firstChild.remove();
    clearTimeout(note.timer);
    this.#expire(note);
  }

  #expire(note) {
    note.timer = setTimeout(() => {
      // Not from under somebody's pointer or finger.
      if (note.toast.matches(":hover, :focus-within")) this.#expire(note);
      else note.toast.remove();
    }, SECONDS * 1000);
  }
}
