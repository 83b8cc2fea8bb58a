/** Puts the page together: who is signed in, which view is shown, what is pushed. */

import { LastAnswers } from "./answers.js";
import { Api } from "./api.js";
import { Banner } from "./banner.js";
import { Connection } from "./connection.js";
import { fill, h } from "./dom.js";
import { drafts } from "./drafts.js";
import { Frame } from "./frame.js";
import { Inbox } from "./inbox.js";
import { Names } from "./names.js";
import { notify } from "./notifications.js";
import { Places } from "./places.js";
import { Realtime } from "./realtime.js";
import { CATALOGUE, landing, loadAhead, SIGN_IN } from "./routes.js";
import { Session } from "./session.js";
import { Stage } from "./stage.js";
import { t } from "./strings.js";
import { Toasts } from "./toasts.js";

class App {
  #stage;
  #connection;
  #frame;
  #banner;
  #cameFrom = null;

  /** Why one has to sign in again; null where nobody was signed out. */
  notice = null;

  constructor(config) {
    this.session = new Session();
    this.answers = new LastAnswers();
    this.api = new Api(config.apiUrl.replace(/\/$/, ""), this.session, { fetch: this.answers.fetch });
    this.realtime = new Realtime(this.api);
    this.inbox = new Inbox(this.api, this.realtime, this.session);
    this.names = new Names(this.api);
    this.places = new Places();
    this.toasts = new Toasts(document.getElementById("toasts"));
    this.#connection = new Connection(this, document.getElementById("connection"));
    this.#stage = new Stage(this, document.getElementById("main"), document.getElementById("loading"));
    this.#frame = new Frame(this);
    this.#banner = new Banner(this, document.getElementById("banner"), config.sendsMail === true);
  }

  async start() {
    this.session.addEventListener("started", () => this.#started());
    this.session.addEventListener("ended", ({ detail }) => this.#ended(detail));
    this.session.addEventListener("changed", () => this.#banner.render());
    this.inbox.addEventListener("change", () => this.#frame.render());
    this.inbox.addEventListener("incoming", ({ detail }) => notify(this, "incoming", detail));
    this.realtime.addEventListener("push", ({ detail }) => notify(this, detail.type, detail.data));
    for (const type of ["online", "offline"]) this.realtime.addEventListener(type, () => this.#frame.render());
    addEventListener("hashchange", () => this.#moved());
    addEventListener("online", () => this.realtime.wake());
    addEventListener("offline", () => this.realtime.sleep());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.realtime.wake();
    });
    this.#frame.render();
    await this.show();
    loadAhead();
  }

  /** Goes to a view, named as in the address bar. */
  go(hash) {
    if (location.hash === hash) this.show({ moveFocus: true });
    else location.hash = hash;
  }

  /**
   * Shows what the address bar names, anew. For going elsewhere, and for what changes the whole page; an action on one
   * row replaces that row.
   */
  async show(options) {
    const failed = isEntrance(location.hash) ? null : await this.#resume();
    this.#frame.markCurrent();
    const isPresent = await this.#stage.show({ ...options, failed });
    if (isPresent !== undefined) this.#connection.shown(isPresent, this.answers.since);
  }

  /** Notes something down at this place of the browser's history: whoever comes back finds it in `kept`. */
  keep(what) {
    this.places.keep(what);
  }

  /**
   * Somebody has signed in: on with what they came for.
   *
   * @param {string|null} next as the address bar had it; anybody can write such a link, so it leads to a view of this
   *   page only
   */
  arrived(next) {
    const asked = next?.startsWith("#/") && !isEntrance(next) ? next : null;
    const where = asked ?? this.#cameFrom ?? landing(this.session);
    this.#cameFrom = null;
    // A view that asked for it by itself stands at its own address already.
    this.go(isEntrance(location.hash) ? where : location.hash);
  }

  /** After a reload: signs in again with what it has left. @returns {Promise<Error|null>} why that cannot be found out */
  async #resume() {
    if (this.session.user !== null || this.session.refreshToken === null) return null;
    try {
      await this.api.resume();
    } catch (error) {
      return error;
    }
    return null;
  }

  #started() {
    this.notice = null;
    drafts.owner = this.session.user.userId;
    this.realtime.start();
    this.#frame.render();
    this.#banner.render();
  }

  #ended(reason) {
    this.realtime.stop();
    this.answers.forget();
    this.names.forget();
    if (reason === "signed out") drafts.forget();
    drafts.owner = "";
    this.#frame.render();
    this.#banner.render();
    const notice = t.signIn.endings[reason];
    if (notice === undefined) this.show();
    else this.#askToSignIn(notice);
  }

  #askToSignIn(notice) {
    this.notice = notice;
    // Its requests are answered by now, and their refusals are no news.
    this.#stage.leave();
    if (!isEntrance(location.hash)) this.#cameFrom = location.hash || CATALOGUE;
    this.go(SIGN_IN);
  }

  #moved() {
    this.toasts.dismiss(location.hash);
    if (!isEntrance(location.hash)) {
      this.notice = null;
      this.#cameFrom = null;
    }
    this.show({ moveFocus: true });
  }
}

function isEntrance(hash) {
  return [SIGN_IN, "#/register"].includes(hash.split("?")[0]);
}

try {
  const config = await (await fetch("config.json")).json();
  await new App(config).start();
} catch (error) {
  fill(document.getElementById("main"), h("p", { role: "alert" }, t.errors.start));
  throw error;
}
