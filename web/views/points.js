import { h, time } from "../dom.js";
import { pointsPlot } from "../plots.js";
import { pressing } from "../press.js";
import { number, t } from "../strings.js";
import { meNav, readOn } from "./parts.js";

/** One's points: how they grew, and what each was for. */
export async function pointsView(app, { signal }) {
  const [{ profile }, first] = await Promise.all([
    app.api.get("/v1/learner/me", {}, { signal }),
    app.api.page("/v1/learner/me/points", { limit: 100 }, { signal }),
  ]);
  const { entries } = first.data;
  const rows = h("ul", { class: "rows" });
  const more = pressing(app, { class: "quiet" }, t.points.earlier, () => next());
  const next = readOn(first, rows, "entries", row, more);
  return {
    title: t.points.title,
    content: [
      meNav("#/me/points"),
      h("p", {}, h("strong", {}, t.points.have(number(profile.points)))),
      entries.length > 1 && pointsPlot(entries, profile.points),
      entries.length === 0 ? h("p", {}, t.points.none) : rows,
      more,
    ],
  };
}

function row({ reason, points, awardedAt }) {
  return h(
    "li",
    { class: "row" },
    h("span", { class: "grow" }, t.points.deeds[reason] ?? reason),
    h("span", {}, t.points.gained(points)),
    h("span", { class: "fine" }, time(awardedAt)),
  );
}
