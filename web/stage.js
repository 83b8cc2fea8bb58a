/** Shows views: the frame at once, then what a view makes of it. */

import { ApiError, NetworkError } from "./api.js";
import { fill, h, plain } from "./dom.js";
import { hold, isHeld } from "./hold.js";
import { told } from "./problems.js";
import { routeOf } from "./routes.js";
import { t } from "./strings.js";

const PATIENCE_MILLISECONDS = 150;

export class Stage {
  #app;
  #main;
  #loading;
  #leaving = new AbortController();
  #heading = h("h1", { tabindex: -1, dir: "auto" });
  #key = null;

  /**
   * @param {Element} main where views are
   * @param {Element} loading a live region that says so while one is awaited
   */
  constructor(app, main, loading) {
    this.#app = app;
    this.#main = main;
    this.#loading = loading;
  }

  /** Drops the requests of the present view. */
  leave() {
    this.#leaving.abort();
  }

  /**
   * Shows what the address bar names, anew.
   *
   * @param {{moveFocus?: boolean, failed?: Error|null}} [options] `failed`: why there is nothing to ask the API for yet
   * @returns {Promise<boolean|undefined>} whether it is as the server has it now; undefined where one went elsewhere
   */
  async show({ moveFocus = false, failed = null } = {}) {
    this.leave();
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const { session, answers, places } = this.#app;
    const route = routeOf(location.hash, session);
    const isElsewhere = route.key !== this.#key;
    const { kept } = places;
    const step = { route, isElsewhere, moveFocus };
    places.leave();
    answers.begin();
    const waiting = setTimeout(() => this.#wait(step), PATIENCE_MILLISECONDS);
    let shown;
    let failure = null;
    try {
      if (failed !== null) throw failed;
      const view = (await loaded(route))[route.view];
      shown = await view(this.#app, { params: route.params, query: route.query, kept, signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      failure = error;
      shown = this.#failure(error);
    } finally {
      clearTimeout(waiting);
    }
    if (signal.aborted) return undefined;
    this.#put(shown, step);
    places.arrive(kept, isElsewhere);
    return !isDown(failure) && answers.since === null;
  }

  /** It takes a while: the page that was asked for is there already, its content is on the way. */
  #wait({ route, isElsewhere, moveFocus }) {
    fill(this.#loading, t.common.loading);
    this.#main.setAttribute("aria-busy", "true");
    if (!isElsewhere) return;
    this.#name(route.title);
    this.#fit(route);
    // For the eye alone: the live region says it to the ear.
    const bones = h(
      "div",
      { class: "cards skeleton", "aria-hidden": "true" },
      [1, 2, 3].map(() => h("div", { class: "card" })),
    );
    fill(this.#main, this.#heading, bones);
    if (moveFocus) this.#heading.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  #put({ title, content }, { route, isElsewhere, moveFocus }) {
    const focused = focusOf(document.activeElement);
    this.#key = route.key;
    this.#name(title);
    this.#fit(route);
    fill(this.#loading);
    fill(this.#main, this.#heading, content).removeAttribute("aria-busy");
    // for styles of one page alone, and for tests
    this.#main.dataset.page = route.key;
    // After going elsewhere reading starts at the heading; after "Book" it goes on where it was.
    if (moveFocus && isElsewhere) this.#heading.focus({ preventScroll: true });
    else if (focused !== null || moveFocus) this.#refocus(focused);
  }

  #name(title) {
    fill(this.#heading, title);
    document.title = `${plain(title)} · Peerlearn`;
  }

  #fit({ fills = false }) {
    document.body.toggleAttribute("data-fill", fills);
  }

  #refocus(focused) {
    const element = (focused && this.#main.querySelector(focused.selector)) ?? this.#heading;
    element.focus({ preventScroll: true });
    if (focused?.start !== undefined) element.setSelectionRange?.(focused.start, focused.end);
  }

  #failure(error) {
    const known = error instanceof ApiError || error instanceof NetworkError;
    if (!known) console.error(error);
    const again = h("button", { type: "button", onclick: () => isHeld(again) || this.#app.show() }, t.common.again);
    if (error.isLimit) hold(again, error.retryAfter);
    return {
      title: error.status === 404 ? t.errors.nothing : t.errors.failed,
      content: [
        h("p", { role: "alert" }, known ? told(error) : t.errors.page),
        error.requestId && h("p", { class: "fine" }, t.errors.request(error.requestId)),
        again,
      ],
    };
  }
}

function isDown(error) {
  return error instanceof NetworkError || error?.status >= 502;
}

async function loaded(route) {
  try {
    return await route.load();
  } catch (error) {
    // Its file is one more thing that cannot be had without a connection.
    throw new NetworkError(error);
  }
}

/** How to find what has the focus once it has been built anew, and where the caret is in it. */
function focusOf(element) {
  const name = element?.getAttribute("data-focus");
  const form = element?.closest?.("form[data-draft]");
  const caret = { start: element?.selectionStart ?? undefined, end: element?.selectionEnd ?? undefined };
  if (name) return { selector: `[data-focus="${CSS.escape(name)}"]`, ...caret };
  if (!form || !element.name) return null;
  const { draft } = form.dataset;
  return { selector: `form[data-draft="${CSS.escape(draft)}"] [name="${CSS.escape(element.name)}"]`, ...caret };
}
