import { fill, h, named, select, table, time } from "../dom.js";
import { field } from "../forms.js";
import { strip } from "../plots.js";
import { press, pressing } from "../press.js";
import { number, t } from "../strings.js";
import { byNeed, needs } from "./need.js";
import { pill } from "./parts.js";
import { teachingNav } from "./teaching.js";

const PAGE = 100;
const ORDERS = {
  need: byNeed,
  name: (one, other) => one.learner.name.localeCompare(other.learner.name),
  progress: (one, other) => (one.completedModules ?? 0) - (other.completedModules ?? 0),
  lastAccessed: (one, other) => (one.lastAccessed ?? "").localeCompare(other.lastAccessed ?? ""),
  points: (one, other) => (other.points ?? 0) - (one.points ?? 0),
};

/** The learners of a course, those first who need their tutor. */
export async function learnersView(app, { params: [courseId], query, signal }) {
  const { api } = app;
  const path = `/v1/courses/${encodeURIComponent(courseId)}`;
  const body = h("tbody");
  const said = h("p", { role: "status" });
  let entries = [];
  let page;

  const status = select({ name: "status" }, Object.entries(t.learners.statuses), query.get("status") ?? "");
  const order = select({ name: "sort" }, Object.entries(t.learners.orders), query.get("sort") ?? "need");
  const words = h("input", { name: "q", type: "search", maxlength: 80, dir: "auto" });
  words.value = query.get("q") ?? "";
  const more = pressing(app, { class: "quiet" }, t.learners.more, async () => {
    add(await page.next());
    show();
  });

  function add(fresh) {
    page = fresh;
    entries.push(...page.data.enrollments);
    more.hidden = page.next === null;
    for (const { learner } of page.data.enrollments) app.inbox.introduce(learner.userId, learner.name);
  }

  async function load() {
    const asked = { status: status.value, q: words.value.trim(), limit: PAGE };
    const first = await api.page(`${path}/enrollments`, asked, { signal });
    entries = [];
    add(first);
    show();
  }

  function show() {
    const wanted = words.value.trim().toLocaleLowerCase();
    const shown = entries
      .filter(({ learner }) => learner.name.toLocaleLowerCase().includes(wanted))
      .sort(ORDERS[order.value] ?? byNeed);
    fill(body, shown.map(row));
    fill(said, t.learners.found(shown.length, page.total));
    const given = { status: status.value, sort: order.value === "need" ? "" : order.value, q: words.value.trim() };
    const filled = Object.entries(given).filter(([, value]) => value !== "");
    const hash = `#/teaching/courses/${courseId}/learners`;
    history.replaceState(history.state, "", filled.length > 0 ? `${hash}?${new URLSearchParams(filled)}` : hash);
  }

  status.addEventListener("change", () => press(app, status, load));
  order.addEventListener("change", show);
  words.addEventListener("input", show);
  const search = h(
    "form",
    {
      class: "filters",
      role: "search",
      "aria-label": t.teaching.learners,
      onsubmit: (event) => {
        event.preventDefault();
        press(app, find, load);
      },
    },
    field(t.learners.name, {}, words),
    field(t.learners.order, {}, order),
    field(t.learners.status, {}, status),
  );
  const find = h("button", { class: "quiet" }, t.common.search);
  search.append(h("div", { class: "actions" }, find));

  const [{ course }] = await Promise.all([api.get(path, {}, { signal }), load()]);
  app.names.keep(courseId, course.title);
  return {
    title: course.title,
    content: [
      teachingNav(courseId, "/learners"),
      search,
      said,
      table(t.teaching.learners, Object.values(t.learners.columns), body, { class: "wide" }),
      more,
    ],
  };
}

function row(entry) {
  const { learner, status, completedModules, totalModules, points, submitted, missing, lastAccessed } = entry;
  const amiss = needs(entry);
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row" },
      named(learner.name),
      status !== "active" && [" ", pill(t.learners.statuses[status] ?? status, status === "completed" ? "good" : "")],
      amiss.length > 0 && h("p", { class: "fine bad" }, amiss.join(" · ")),
    ),
    h("td", {}, totalModules > 0 && progress(completedModules, totalModules)),
    h("td", {}, points === undefined ? "" : number(points)),
    h(
      "td",
      {},
      submitted !== undefined && number(submitted),
      missing > 0 && [" ", pill(t.learners.missing(missing), "bad")],
    ),
    h("td", {}, lastAccessed ? time(lastAccessed, { dateStyle: "medium" }) : lastAccessed === null && t.learners.never),
    h("td", {}, h("a", { href: `#/chat/${learner.userId}`, "aria-label": t.chat.writeTo(learner.name) }, t.chat.write)),
  );
}

function progress(completed, total) {
  return h(
    "div",
    { class: "cell-strip" },
    strip(total, (index) => index < completed),
    h("span", { class: "fine" }, `${completed}/${total}`),
  );
}
