/** Puts the page together: who is signed in, which view is shown, what is pushed. */

import { Api, ApiError } from "./api.js";
import { fill, h, hold, isHeld } from "./dom.js";
import { Inbox } from "./inbox.js";
import { notify } from "./notifications.js";
import { Realtime } from "./realtime.js";
import { Session } from "./session.js";
import { Toasts } from "./toasts.js";
import { assessmentView } from "./views/assessment.js";
import { auditView } from "./views/audit.js";
import { catalogueView } from "./views/catalogue.js";
import { chatView } from "./views/chat.js";
import { courseView } from "./views/course.js";
import { devicesView } from "./views/devices.js";
import { learningView } from "./views/learning.js";
import { peopleView } from "./views/people.js";
import { profileView } from "./views/profile.js";
import { signInView } from "./views/sign-in.js";
import { gradingView, rosterView, teachingView } from "./views/teaching.js";

/**
 * A view is a function of the app and `{params, query, signal}` to `{title, content}`. `signal` is aborted when somebody
 * goes elsewhere: requests and listeners that were given it end by themselves.
 */
const ROUTES = [
  { path: /^\/catalogue$/, view: catalogueView, isPublic: true },
  { path: /^\/courses\/([^/]+)$/, view: courseView, isPublic: true },
  { path: /^\/sign-in$/, view: signInView, isPublic: true },
  { path: /^\/learning$/, view: learningView },
  { path: /^\/assessments\/([^/]+)$/, view: assessmentView },
  { path: /^\/chat(?:\/([^/]+))?$/, view: chatView },
  { path: /^\/me$/, view: profileView },
  { path: /^\/me\/devices$/, view: devicesView },
  { path: /^\/teaching$/, view: teachingView },
  { path: /^\/teaching\/courses\/([^/]+)$/, view: rosterView },
  { path: /^\/teaching\/assessments\/([^/]+)$/, view: gradingView },
  { path: /^\/people$/, view: peopleView, isForAdmins: true },
  { path: /^\/audit$/, view: auditView, isForAdmins: true },
];
const HOME = "#/catalogue";
const SIGN_IN = "#/sign-in";
// Why somebody who did not sign out has to sign in again.
const ENDINGS = {
  expired: "You have been away for a long time, so you are signed out. Please sign in again.",
  ended: "You are signed out here: this session was ended from elsewhere. Please sign in again.",
};

class App {
  #main = document.getElementById("main");
  #nav = document.getElementById("nav");
  #account = document.getElementById("account");
  #leaving = new AbortController();
  #cameFrom = null;

  /** Why one has to sign in again; null where nobody was signed out. */
  notice = null;

  constructor(config) {
    this.session = new Session();
    this.api = new Api(config.apiUrl.replace(/\/$/, ""), this.session);
    this.realtime = new Realtime(this.api);
    this.inbox = new Inbox(this.api, this.realtime, this.session);
    this.toasts = new Toasts(document.getElementById("toasts"));
  }

  async start() {
    this.session.addEventListener("started", () => {
      this.notice = null;
      this.realtime.start();
      this.#frame();
    });
    this.session.addEventListener("ended", ({ detail: reason }) => {
      this.realtime.stop();
      this.#frame();
      if (ENDINGS[reason] === undefined) this.show();
      else this.#askToSignIn(ENDINGS[reason]);
    });
    this.inbox.addEventListener("change", () => this.#frame());
    this.inbox.addEventListener("incoming", ({ detail }) => notify(this, "incoming", detail));
    this.realtime.addEventListener("push", ({ detail }) => notify(this, detail.type, detail.data));
    for (const type of ["online", "offline"]) this.realtime.addEventListener(type, () => this.#frame());
    // What is behind the # names a view here, so the link to the content moves the focus by itself.
    document.querySelector(".skip").addEventListener("click", (event) => {
      event.preventDefault();
      this.#main.focus();
    });
    addEventListener("hashchange", () => {
      this.toasts.dismiss(location.hash);
      if (!isAtSignIn()) {
        this.notice = null;
        this.#cameFrom = null;
      }
      this.show({ moveFocus: true });
    });
    addEventListener("online", () => this.realtime.wake());
    addEventListener("offline", () => this.realtime.sleep());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.realtime.wake();
    });
    try {
      await this.api.resume();
    } catch (error) {
      this.toasts.show(error.message);
    }
    this.#frame();
    await this.show();
  }

  /** Goes to a view, named as in the address bar. */
  go(hash) {
    if (location.hash === hash) this.show({ moveFocus: true });
    else location.hash = hash;
  }

  /**
   * Somebody has signed in: on with what they came for.
   *
   * @param {string|null} next as the address bar had it. Anybody can write such a link, so it leads to a view of this page only.
   */
  arrived(next) {
    const asked = next?.startsWith("#/") && !next.startsWith(SIGN_IN) ? next : null;
    const where = asked ?? this.#cameFrom ?? this.#landing;
    this.#cameFrom = null;
    // A view that asked for it by itself stands at its own address already.
    this.go(isAtSignIn() ? where : location.hash);
  }

  /** Each role has its own place to begin. */
  get #landing() {
    if (this.session.isAdmin) return "#/people";
    return this.session.isTutor ? "#/teaching" : "#/learning";
  }

  #askToSignIn(notice) {
    this.notice = notice;
    // Its requests are answered by now, and their refusals are no news.
    this.#leaving.abort();
    if (!isAtSignIn()) this.#cameFrom = location.hash || HOME;
    this.go(SIGN_IN);
  }

  /** Shows what the address bar names, anew. */
  async show({ moveFocus = false } = {}) {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const { view, params, query } = this.#route();
    this.#markCurrent();
    this.#main.setAttribute("aria-busy", "true");
    let shown;
    try {
      shown = await view(this, { params, query, signal });
    } catch (error) {
      if (signal.aborted) return;
      shown = this.#failure(error);
    }
    if (signal.aborted) return;
    const focused = document.activeElement?.getAttribute("data-focus");
    const heading = h("h1", { tabindex: -1 }, shown.title);
    fill(this.#main, heading, shown.content).removeAttribute("aria-busy");
    document.title = `${shown.title} · Peerlearn`;
    // After going elsewhere reading starts at the heading; after "Book" it stays on what is now "Drop".
    if (moveFocus) heading.focus();
    else if (focused) (this.#main.querySelector(`[data-focus="${CSS.escape(focused)}"]`) ?? heading).focus();
  }

  #route() {
    const [path, query = ""] = (location.hash || HOME).slice(1).split("?");
    for (const { path: pattern, view, isPublic, isForAdmins } of ROUTES) {
      const match = pattern.exec(path);
      if (match !== null) {
        if (isForAdmins && this.session.user !== null && !this.session.isAdmin) break;
        const isAllowed = isPublic || this.session.user !== null;
        const params = match.slice(1).map((part) => part && decodeURIComponent(part));
        // Whoever has to sign in first comes back to the same address.
        return { view: isAllowed ? view : signInView, params, query: new URLSearchParams(query) };
      }
    }
    return { view: notFound, params: [], query: new URLSearchParams() };
  }

  #frame() {
    const { user } = this.session;
    const { unread } = this.inbox;
    const link = (hash, text, ...more) => h("a", { href: hash, "data-focus": hash }, text, ...more);
    const badge = unread > 0 && h("span", { class: "badge" }, unread, h("span", { class: "hidden" }, " unread"));
    const focused = this.#nav.contains(document.activeElement) && document.activeElement.getAttribute("data-focus");
    fill(
      this.#nav,
      link("#/catalogue", "Catalogue"),
      user && link("#/learning", "My courses"),
      user && link("#/chat", "Chat", badge),
      user && link("#/me", "My page"),
      this.session.isTutor && link("#/teaching", "Teaching"),
      this.session.isAdmin && link("#/people", "People"),
      this.session.isAdmin && link("#/audit", "Audit"),
    );
    if (focused) this.#nav.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
    fill(
      this.#account,
      user &&
        h(
          "span",
          { class: `dot ${this.realtime.isOnline ? "on" : "off"}`, title: this.#connection },
          h("span", { class: "hidden" }, this.#connection),
        ),
      user && h("span", { class: "who" }, user.name),
      user && h("button", { type: "button", class: "quiet", onclick: () => this.api.signOut() }, "Sign out"),
      user === null && h("a", { href: "#/sign-in" }, "Sign in"),
    );
    this.#markCurrent();
  }

  get #connection() {
    return this.realtime.isOnline ? "Connected" : "Reconnecting …";
  }

  #markCurrent() {
    const [path] = (location.hash || HOME).split("?");
    for (const link of this.#nav.children) {
      const isCurrent = path.startsWith(link.getAttribute("href"));
      if (isCurrent) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  #failure(error) {
    const known = error instanceof ApiError || error.name === "NetworkError";
    if (!known) console.error(error);
    const again = h("button", { type: "button", onclick: () => isHeld(again) || this.show() }, "Try again");
    if (error.isLimit) hold(again, error.retryAfter);
    return {
      title: error.status === 404 ? "There is nothing here" : "That did not work",
      content: [
        h("p", { role: "alert" }, known ? error.message : "Something went wrong in this page."),
        error.requestId && h("p", { class: "fine" }, `Request ${error.requestId}`),
        again,
      ],
    };
  }
}

function isAtSignIn() {
  return location.hash.split("?")[0] === SIGN_IN;
}

async function notFound() {
  return { title: "There is nothing here", content: h("p", {}, h("a", { href: HOME }, "To the catalogue")) };
}

try {
  const config = await (await fetch("config.json")).json();
  await new App(config).start();
} catch (error) {
  fill(
    document.getElementById("main"),
    h("p", { role: "alert" }, "The page could not be started: config.json is missing or wrong."),
  );
  throw error;
}
