import { fill, h, named, select } from "../dom.js";
import { press } from "../press.js";
import { t } from "../strings.js";
import { byNeed, needs } from "./need.js";
import { news } from "./news.js";
import { card } from "./parts.js";
import { todoList, weekStrip } from "./todo.js";

const MOST = 5;

/** A tutor's day: what is to grade, who falls behind, who waits for a seat. */
export async function tutorToday(app, { signal }) {
  const { api, session } = app;
  const [{ data }, todo, latest] = await Promise.all([
    api.page("/v1/courses", { tutor: session.user.userId, limit: 100 }, { signal }),
    api.get("/v1/learner/me/todo", { limit: 50 }, { signal }),
    api.page("/v1/learner/me/news", { limit: 5 }, { signal }),
  ]);
  const { courses } = data;
  const entries = todo.todo;
  const grading = entries.filter(({ kind }) => kind === "grading");
  const dates = entries.filter(({ kind }) => kind !== "grading");
  const lines = courses.filter(({ waitlistLength }) => waitlistLength > 0);
  return {
    title: t.today.title,
    content: [
      courses.length === 0 && firstCourse(),
      card("to-grade", t.today.toGrade, grading.length > 0 ? todoList(grading) : empty(t.today.nothingToGrade)),
      dates.length > 0 && card("week", t.today.week, weekStrip(dates)),
      courses.length > 0 && (await behind(app, courses, signal)),
      lines.length > 0 && card("lines", t.today.lines, h("ul", { class: "rows" }, lines.map(line))),
      news(app, latest),
    ],
  };
}

function empty(text) {
  return h("p", { class: "fine" }, text);
}

function firstCourse() {
  return h(
    "section",
    { class: "card go-on", "aria-label": t.teaching.title },
    h("div", {}, h("p", {}, t.teaching.none), h("a", { class: "button", href: "#/teaching/new" }, t.editor.newTitle)),
  );
}

function line({ courseId, title, waitlistLength }) {
  return h(
    "li",
    { class: "row target" },
    h("a", { class: "title", href: `#/teaching/courses/${courseId}`, dir: "auto" }, title),
    h("span", { class: "fine" }, t.seats.waiting(waitlistLength)),
  );
}

/** Of one course at a time: each has a roster of its own. */
async function behind(app, courses, signal) {
  const list = h("ul", { class: "rows" });
  const choose = select(
    { "aria-label": t.today.ofCourse },
    courses.map(({ courseId, title }) => [courseId, title]),
    courses.toSorted((one, other) => other.seatsTaken - one.seatsTaken)[0].courseId,
  );
  const more = h("a", {}, t.today.allLearners);

  async function load() {
    const path = `/v1/courses/${encodeURIComponent(choose.value)}`;
    const query = { status: "active", sort: "lastAccessed", limit: 50 };
    const { data } = await app.api.page(`${path}/enrollments`, query, { signal });
    const found = data.enrollments.filter((one) => needs(one).length > 0).sort(byNeed);
    for (const { learner } of found) app.inbox.introduce(learner.userId, learner.name);
    more.setAttribute("href", `#/teaching/courses/${choose.value}/learners`);
    fill(list, found.length > 0 ? found.slice(0, MOST).map(learner) : h("li", { class: "fine" }, t.today.nobodyBehind));
  }

  choose.addEventListener("change", () => press(app, choose, load));
  await load();
  return card("behind", t.today.behind, courses.length > 1 && h("p", {}, choose), list, h("p", {}, more));
}

function learner(entry) {
  return h(
    "li",
    { class: "row" },
    h("div", { class: "grow" }, named(entry.learner.name), h("p", { class: "fine" }, needs(entry).join(" · "))),
    h("a", { href: `#/chat/${entry.learner.userId}`, "aria-label": t.chat.writeTo(entry.learner.name) }, t.chat.write),
  );
}
