import { count, h, progressBar, time } from "../dom.js";

/** One's own courses: how far, and what one waits for. */
export async function learningView({ api }, { signal }) {
  const [{ data }, waiting] = await Promise.all([
    api.page("/v1/learner/me/progress", { limit: 100 }, { signal }),
    api.all("/v1/learner/me/enrollments", "enrollments", { status: "waitlisted" }, { signal }),
  ]);
  const { progress, summary } = data;
  const figures = [
    [summary.courses, summary.courses === 1 ? "course" : "courses"],
    [summary.completed, "completed"],
    [`${summary.averagePercentage} %`, "on average"],
    [summary.totalStudyHours, "hours studied"],
    [summary.points, "points"],
  ];
  return {
    title: "My courses",
    content: [
      h(
        "ul",
        { class: "figures" },
        figures.map(([figure, text]) => h("li", {}, h("strong", {}, figure), ` ${text}`)),
      ),
      progress.length === 0 && h("p", {}, "You have no course yet. ", h("a", { href: "#/catalogue" }, "Find one")),
      h("ul", { class: "cards" }, progress.map(card)),
      waiting.length > 0 && h("h2", {}, "Waiting for a seat"),
      waiting.length > 0 &&
        h(
          "ul",
          { class: "rows" },
          waiting.map((one) => h("li", {}, h("a", { href: `#/courses/${one.courseId}` }, one.title))),
        ),
    ],
  };
}

function card(one) {
  return h(
    "li",
    { class: "card" },
    h("h2", {}, h("a", { href: `#/courses/${one.courseId}` }, one.title)),
    progressBar(`Progress in ${one.title}`, one.completionPercentage),
    h("p", { class: "fine" }, `${one.completedModules} of ${count(one.totalModules, "module")}`),
    one.lastAccessed && h("p", { class: "fine" }, "Last studied ", time(one.lastAccessed)),
    one.status === "completed" && h("p", { class: "done" }, "✓ Completed"),
  );
}
