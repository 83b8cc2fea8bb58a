/** The people of a course: its tutor, peers to write to, and one's own place among the members. */

import { h, named } from "../../dom.js";
import { pressing } from "../../press.js";
import { number, t } from "../../strings.js";
import { readOn, section, separated } from "../parts.js";

const TOP = 10;

export async function peopleTab(app, { course, signal }) {
  const { api } = app;
  const path = `/v1/courses/${encodeURIComponent(course.courseId)}`;
  const [top, peers] = await Promise.all([
    api.page(`${path}/leaderboard`, { limit: TOP }, { signal }),
    api.page("/v1/learner/peers", { courseId: course.courseId, limit: 20 }, { signal }),
  ]);
  const { leaders, me } = top.data;
  // Far down one sees the three at the top, and who is near.
  const near =
    me && me.rank > TOP ? (await api.get(`${path}/leaderboard`, { around: "me" }, { signal })).leaders : null;
  return [
    h(
      "p",
      {},
      t.course.tutor,
      " ",
      named(course.tutor.name),
      " · ",
      h("a", { href: `#/chat/${course.tutor.userId}` }, t.chat.writeTo(named(course.tutor.name))),
    ),
    peersOf(app, peers),
    leaderboard(app, near === null ? leaders : [...leaders.slice(0, 3), ...near.filter(({ rank }) => rank > 3)], me),
  ];
}

function peersOf(app, first) {
  const list = h("ul", { class: "rows" });
  const more = pressing(app, { class: "quiet" }, t.course.morePeers, () => next());
  const next = readOn(first, list, "peers", (peer) => entry(app, peer), more);
  return section(
    "peers",
    t.course.peers,
    list.children.length === 0 ? h("p", { class: "fine" }, t.course.noPeers) : list,
    more,
  );
}

function entry(app, { userId, name, sharedCourses, commonInterests }) {
  app.inbox.introduce(userId, name);
  return h(
    "li",
    { class: "row" },
    h(
      "div",
      { class: "grow" },
      named(name),
      h(
        "p",
        { class: "fine" },
        separated([
          commonInterests.length > 0 && [t.course.common, " ", h("bdi", {}, commonInterests.join(", "))],
          sharedCourses.length > 1 && t.course.shared(sharedCourses.length),
        ]),
      ),
    ),
    h("a", { href: `#/chat/${userId}`, "aria-label": t.chat.writeTo(name) }, t.chat.write),
  );
}

function leaderboard(app, leaders, me) {
  const own = app.session.user.userId;
  const row = ({ rank, userId, name, points }) =>
    h(
      "li",
      { class: userId === own ? "row mine" : "row" },
      h("span", { class: "grow" }, t.course.rank(rank), " ", named(name)),
      h("span", {}, t.points.have(number(points))),
    );
  return section(
    "leaders",
    t.course.leaderboard,
    me?.rank && h("p", {}, t.course.yourRank(me.rank, number(me.points))),
    leaders.length === 0
      ? h("p", { class: "fine" }, t.course.noLeaders)
      : h("ol", { class: "rows leaders" }, leaders.map(row)),
  );
}
