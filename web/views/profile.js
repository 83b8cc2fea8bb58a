import { ApiError } from "../api.js";
import { field, fill, form, h, time } from "../dom.js";
import { listening } from "../press.js";

const BADGES = {
  "first-module": "First module",
  "first-course": "First course",
  "five-courses": "Five courses",
  "perfect-grade": "Perfect grade",
  "seven-day-streak": "Seven days in a row",
};
const REASONS = {
  module_completed: "Module completed",
  course_completed: "Course completed",
  first_submission: "Handed in",
  excellent_grade: "Excellent grade",
  perfect_grade: "Perfect grade",
  grade_corrected: "Grade corrected",
};

/** Oneself: points, badges, what others see, and whom one may know. */
export async function profileView(app, { signal }) {
  const [{ profile }, ledger, { data: found }] = await Promise.all([
    app.api.get("/v1/learner/me", {}, { signal }),
    app.api.page("/v1/learner/me/points", { limit: 20 }, { signal }),
    app.api.page("/v1/learner/peers", { limit: 20 }, { signal }),
  ]);
  for (const peer of found.peers) app.inbox.introduce(peer.userId, peer.name);
  return {
    title: profile.name,
    content: [
      h(
        "ul",
        { class: "figures" },
        h("li", {}, h("strong", {}, profile.points), " points"),
        h("li", {}, h("strong", {}, profile.totalStudyHours), " hours studied"),
      ),
      profile.badges.length > 0 &&
        h(
          "ul",
          { class: "badges", "aria-label": "Badges" },
          profile.badges.map((badge) => h("li", {}, BADGES[badge] ?? badge)),
        ),
      h("div", { class: "columns" }, aboutForm(app, profile), peers(found.peers)),
      history(app, ledger),
      account(app),
    ],
  };
}

function aboutForm(app, profile) {
  return form(
    { class: "card", "aria-labelledby": "about" },
    async ({ name, interests, learningGoals }) => {
      await app.api.patch("/v1/learner/me", {
        name,
        interests: listed(interests),
        learningGoals: listed(learningGoals),
      });
      app.toasts.show("Saved.");
      await app.show();
    },
    h("h2", { id: "about" }, "About me"),
    field("Name", { name: "name", value: profile.name }),
    field("Interests, separated by commas", { name: "interests", value: profile.interests.join(", ") }),
    field("Learning goals, separated by commas", { name: "learningGoals", value: profile.learningGoals.join(", ") }),
    h("button", { "data-focus": "save" }, "Save"),
  );
}

function listed(text) {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}

function peers(found) {
  const entry = (peer) =>
    h(
      "li",
      {},
      h("a", { href: `#/chat/${peer.userId}` }, peer.name),
      h("span", { class: "fine" }, ` · ${peer.sharedCourses.map(({ title }) => title).join(", ")}`),
      peer.commonInterests.length > 0 && h("span", { class: "fine" }, ` · ${peer.commonInterests.join(", ")}`),
    );
  return h(
    "section",
    { class: "card", "aria-labelledby": "peers" },
    h("h2", { id: "peers" }, "Peers"),
    found.length === 0 ? h("p", {}, "Nobody yet: book a course.") : h("ul", { class: "rows" }, found.map(entry)),
  );
}

function history(app, first) {
  const rows = h("tbody");
  let page = first;
  const more = listening(app, h("button", { type: "button", class: "quiet" }, "Earlier"), async () => {
    page = await page.next();
    append();
  });
  const append = () => {
    rows.append(
      ...page.data.entries.map(({ reason, points, awardedAt }) =>
        h("tr", {}, h("td", {}, REASONS[reason] ?? reason), h("td", {}, points), h("td", {}, time(awardedAt))),
      ),
    );
    more.hidden = page.next === null;
  };
  append();
  if (first.total === 0) return null;
  const table = h(
    "table",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ["For", "Points", "When"].map((text) => h("th", { scope: "col" }, text)),
      ),
    ),
    rows,
  );
  return fill(h("section", { "aria-labelledby": "points" }), h("h2", { id: "points" }, "Points"), table, more);
}

function account(app) {
  return h(
    "section",
    { "aria-labelledby": "account-title" },
    h("h2", { id: "account-title" }, "My account"),
    h("p", {}, h("a", { href: "#/me/devices" }, "Signed-in devices")),
    h("details", {}, h("summary", {}, "Erase my account"), erasure(app)),
  );
}

function erasure(app) {
  return form(
    { class: "card narrow", "aria-label": "Erase my account" },
    async ({ password }) => {
      await erased(app.api, password);
      app.toasts.show("Your account is erased.");
      app.go("#/catalogue");
    },
    h(
      "p",
      {},
      "Your profile and what you have handed in are deleted, your seats go to others, and you are signed out everywhere. ",
      "What you wrote to others stays with them, without your name. Nobody can undo this.",
    ),
    field("Password", { name: "password", type: "password", autocomplete: "current-password", required: true }),
    h("button", { class: "danger" }, "Erase my account for good"),
  );
}

async function erased(api, password) {
  try {
    await api.eraseAccount(password);
  } catch (error) {
    if (error.code !== "INVALID_CREDENTIALS") throw error;
    // The API speaks of an address and a password; here only one of the two was typed.
    const fields = [{ field: "password", message: "This is not your password." }];
    throw new ApiError(error.status, { code: error.code, message: error.message, details: { fields } });
  }
}
