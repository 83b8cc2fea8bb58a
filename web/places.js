/** Places in the browser's history: on the way back, a list is as long and as far down as it was left. */

const REST_MILLISECONDS = 120;

export class Places {
  #rest = null;
  #isMoving = false;

  constructor() {
    // The browser would scroll before the page is there again.
    history.scrollRestoration = "manual";
    addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  /** The notes of the present place. */
  get kept() {
    return history.state ?? {};
  }

  /** Notes something down at the present place. */
  keep(what) {
    history.replaceState({ ...history.state, ...what }, "");
  }

  /** The page is about to change: where it is scrolled to from now on says nothing. */
  leave() {
    this.#isMoving = true;
    clearTimeout(this.#rest);
  }

  /** The page is there: where it was left, or at its top. */
  arrive(kept, isElsewhere) {
    if (isElsewhere) scrollTo(0, kept.scroll ?? 0);
    // The scrolling that this sets off is not the reader's.
    requestAnimationFrame(() => {
      this.#isMoving = false;
    });
  }

  #scrolled() {
    clearTimeout(this.#rest);
    if (this.#isMoving) return;
    this.#rest = setTimeout(() => this.#isMoving || this.keep({ scroll: Math.round(scrollY) }), REST_MILLISECONDS);
  }
}
