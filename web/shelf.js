/**
 * A tutor's courses that are in no list of the API: drafts and closed ones. This browser remembers which of them it has
 * seen, by id alone; what they are is asked of the API each time.
 */

const KEY = "peerlearn.shelf.";
const MOST = 20;

export class Shelf {
  #key;

  /** @param {string} userId whose they are */
  constructor(userId) {
    this.#key = KEY + userId;
  }

  get ids() {
    try {
      return JSON.parse(globalThis.localStorage.getItem(this.#key)) ?? [];
    } catch {
      return [];
    }
  }

  /** A course as it is now: on the shelf unless everybody can find it. */
  keep({ courseId, status }) {
    const others = this.ids.filter((id) => id !== courseId);
    this.#write(status === "published" ? others : [courseId, ...others].slice(0, MOST));
  }

  remove(courseId) {
    this.#write(this.ids.filter((id) => id !== courseId));
  }

  #write(ids) {
    try {
      globalThis.localStorage.setItem(this.#key, JSON.stringify(ids));
    } catch {
      // Nothing is kept here: the address of a draft still leads to it.
    }
  }
}
