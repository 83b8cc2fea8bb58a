/** Which view an address names. The file of a view is loaded when somebody first goes there. */

import { h } from "./dom.js";
import { t } from "./strings.js";

export const CATALOGUE = "#/catalogue";
export const SIGN_IN = "#/sign-in";

/**
 * A view is a function of the app and `{params, query, kept, signal}` to `{title, content}`. `signal` is aborted when
 * somebody goes elsewhere: requests and listeners that were given it end by themselves. `kept` is what the view noted
 * down at this place of the browser's history (`app.keep`).
 *
 * @typedef {object} Route
 * @property {RegExp} path
 * @property {() => Promise<object>} load the file of the view
 * @property {string} view its name there
 * @property {string} title of the page, until the view says a better one
 * @property {string} place which link of the main navigation it belongs to
 * @property {boolean} [isPublic] whether nobody has to be signed in
 * @property {boolean} [isForTutors]
 * @property {boolean} [isForAdmins]
 * @property {boolean} [fills] whether it is as high as the screen, and scrolls inside
 */

const course = () => import("./views/course.js");
const me = { place: "me" };
const teaching = { place: "courses", isForTutors: true };

/** @type {Route[]} */
const ROUTES = [
  page(/^\/(?:today|learning)$/, () => import("./views/today.js"), "todayView", t.nav.today, { place: "today" }),
  page(/^\/catalogue$/, () => import("./views/catalogue.js"), "catalogueView", t.catalogue.title, {
    place: "courses",
    isPublic: true,
  }),
  page(/^\/courses$/, () => import("./views/courses.js"), "coursesView", t.courses.title, { place: "courses" }),
  page(/^\/courses\/([^/]+)$/, course, "courseView", t.nav.courses, { place: "courses", isPublic: true }),
  page(/^\/courses\/([^/]+)\/(tasks|people|about)$/, course, "courseView", t.nav.courses, {
    place: "courses",
    isPublic: true,
  }),
  page(/^\/assessments\/([^/]+)$/, () => import("./views/assessment.js"), "assessmentView", t.tasks.one, {
    place: "courses",
  }),
  page(/^\/chat(?:\/([^/]+))?$/, () => import("./views/chat.js"), "chatView", t.nav.chat, {
    place: "chat",
    fills: true,
  }),
  page(/^\/me$/, () => import("./views/me.js"), "profileView", t.nav.me, me),
  page(/^\/me\/grades$/, () => import("./views/grades.js"), "gradesView", t.grades.title, me),
  page(/^\/me\/points$/, () => import("./views/points.js"), "pointsView", t.points.title, me),
  page(/^\/me\/settings$/, () => import("./views/settings.js"), "settingsView", t.settings.title, me),
  page(/^\/me\/mails$/, () => import("./views/mails.js"), "mailsView", t.mails.title, me),
  page(/^\/me\/devices$/, () => import("./views/devices.js"), "devicesView", t.devices.title, me),
  page(/^\/teaching$/, () => import("./views/teaching.js"), "teachingView", t.teaching.title, teaching),
  page(/^\/teaching\/new$/, () => import("./views/editor.js"), "newCourseView", t.editor.newTitle, teaching),
  page(/^\/teaching\/courses\/([^/]+)$/, () => import("./views/overview.js"), "overviewView", t.nav.courses, teaching),
  page(
    /^\/teaching\/courses\/([^/]+)\/learners$/,
    () => import("./views/learners.js"),
    "learnersView",
    t.nav.courses,
    teaching,
  ),
  page(/^\/teaching\/courses\/([^/]+)\/tasks$/, () => import("./views/tasks.js"), "tasksView", t.nav.courses, teaching),
  page(
    /^\/teaching\/courses\/([^/]+)\/edit$/,
    () => import("./views/editor.js"),
    "editorView",
    t.nav.courses,
    teaching,
  ),
  page(
    /^\/teaching\/assessments\/([^/]+)$/,
    () => import("./views/grading.js"),
    "gradingView",
    t.grading.title,
    teaching,
  ),
  page(/^\/people$/, () => import("./views/people.js"), "peopleView", t.people.title, {
    place: "people",
    isForAdmins: true,
  }),
  page(/^\/audit$/, () => import("./views/audit.js"), "auditView", t.audit.title, {
    place: "audit",
    isForAdmins: true,
  }),
  ...["verify", "undo", "unsubscribe", "reset", "forgot"].map((name) =>
    page(new RegExp(`^/${name}$`), () => import("./views/links.js"), `${name}View`, t.links[name].title, {
      isPublic: true,
    }),
  ),
  page(/^\/sign-in$/, () => import("./views/sign-in.js"), "signInView", t.signIn.title, { isPublic: true }),
  page(/^\/register$/, () => import("./views/sign-in.js"), "registerView", t.register.title, { isPublic: true }),
];
const ENTRY = ROUTES.find(({ view }) => view === "signInView");
const NOWHERE = {
  load: async () => ({ nowhere: async () => ({ title: t.errors.nothing, content: elsewhere() }) }),
  view: "nowhere",
  title: t.errors.nothing,
};

function page(path, load, view, title, options) {
  return { path, load, view, title, ...options };
}

function elsewhere() {
  return h("p", {}, h("a", { href: CATALOGUE }, t.errors.toCatalogue));
}

/**
 * The route of an address, for whoever is signed in.
 *
 * @param {string} hash of the address bar
 * @param {Session} session
 * @returns {Route & {params: string[], query: URLSearchParams, key: string}} `key` tells one page from another
 */
export function routeOf(hash, session) {
  const [path, query = ""] = (hash || CATALOGUE).slice(1).split("?");
  const found = ROUTES.find((one) => one.path.test(path));
  const params =
    found?.path
      .exec(path)
      .slice(1)
      .map((part) => part && decodeURIComponent(part)) ?? [];
  const place = { params, query: new URLSearchParams(query), key: path };
  if (found === undefined) return { ...NOWHERE, ...place };
  // After signing in, one comes back to the same address.
  if (!found.isPublic && session.user === null) return { ...ENTRY, ...place, key: SIGN_IN };
  if ((found.isForAdmins && !session.isAdmin) || (found.isForTutors && !session.isTutor)) {
    return { ...NOWHERE, ...place };
  }
  return { ...found, ...place };
}

/** Each role has its own page to begin with. */
export function landing(session) {
  if (session.user === null) return CATALOGUE;
  return session.isAdmin ? "#/people" : "#/today";
}

/** Loads what may be wanted next, so that it is there without a connection too. */
export function loadAhead() {
  const later = globalThis.requestIdleCallback ?? ((load) => setTimeout(load, 2000));
  for (const { load, isForTutors, isForAdmins } of ROUTES) {
    if (!isForTutors && !isForAdmins) later(() => load().catch(() => {}));
  }
}
