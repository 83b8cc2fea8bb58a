/** The frame of every page: the main navigation by role, and the account. */

import { fill, h, hidden, named } from "./dom.js";
import { landing, routeOf, SIGN_IN } from "./routes.js";
import { t } from "./strings.js";

const NARROW = matchMedia("(width < 45rem)");

export class Frame {
  #app;
  #nav = document.getElementById("nav");
  #account = document.getElementById("account");
  #brand = document.getElementById("brand");

  constructor(app) {
    this.#app = app;
    document.documentElement.lang = t.tag;
    this.#nav.setAttribute("aria-label", t.nav.main);
    document.getElementById("toasts").setAttribute("aria-label", t.common.notifications);
    const main = document.getElementById("main");
    const skip = document.getElementById("skip");
    fill(skip, t.nav.skip);
    // The part behind the # names a view here, so the link to the content moves the focus by itself.
    skip.addEventListener("click", (event) => {
      event.preventDefault();
      main.focus();
    });
    // On a phone it is at the bottom, for the eye and for the keyboard alike.
    const place = () => (NARROW.matches ? main.after(this.#nav) : main.before(this.#nav));
    NARROW.addEventListener("change", place);
    place();
  }

  /** Builds it anew: somebody came or went, or a message arrived. */
  render() {
    const { session, realtime, api } = this.#app;
    const { user } = session;
    const focused = this.#nav.contains(document.activeElement) && document.activeElement.getAttribute("data-focus");
    fill(this.#nav, this.#links());
    if (focused) this.#nav.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
    this.#brand.setAttribute("href", landing(session));
    const connection = realtime.isOnline ? t.nav.connected : t.nav.reconnecting;
    fill(
      this.#account,
      user && h("span", { class: `dot ${realtime.isOnline ? "on" : "off"}`, title: connection }, hidden(connection)),
      user && h("span", { class: "who" }, named(user.name)),
      user && h("button", { type: "button", class: "quiet", onclick: () => api.signOut() }, t.nav.signOut),
      user === null && h("a", { class: "button quiet", href: SIGN_IN }, t.nav.signIn),
    );
    this.markCurrent();
  }

  #links() {
    const { session, inbox } = this.#app;
    const { unread } = inbox;
    const badge = unread > 0 && h("span", { class: "badge" }, unread, hidden(" ", t.nav.unread));
    const link = (place, hash, text, ...more) => h("a", { href: hash, "data-focus": place }, text, ...more);
    if (session.user === null) return [link("courses", "#/catalogue", t.nav.courses)];
    return [
      ...(session.isAdmin
        ? [link("people", "#/people", t.people.title), link("audit", "#/audit", t.audit.title)]
        : [link("today", "#/today", t.nav.today)]),
      link("courses", session.isTutor ? "#/teaching" : "#/courses", t.nav.courses),
      link("chat", "#/chat", t.nav.chat, badge),
      link("me", "#/me", t.nav.me),
    ];
  }

  markCurrent() {
    const { place } = routeOf(location.hash, this.#app.session);
    for (const link of this.#nav.children) {
      if (link.dataset.focus === place) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }
}
