import { h, named } from "../dom.js";
import { field, form } from "../forms.js";
import { daysPlot } from "../plots.js";
import { number, t } from "../strings.js";
import { card, figures, meNav } from "./parts.js";

const DEEDS = ["module_completed", "first_submission"];

/** Oneself: what others see, and how the last weeks went. */
export async function profileView(app, { signal }) {
  const [{ profile }, ledger] = await Promise.all([
    app.api.get("/v1/learner/me", {}, { signal }),
    app.api.page("/v1/learner/me/points", { limit: 100 }, { signal }),
  ]);
  const studied = ledger.data.entries.filter(({ reason }) => DEEDS.includes(reason)).map(({ awardedAt }) => awardedAt);
  return {
    title: t.me.title,
    content: [
      meNav("#/me"),
      h("p", { class: "title" }, named(profile.name)),
      figures([
        [number(profile.points), t.points.word(profile.points)],
        [number(profile.totalStudyHours), t.courses.figureHours],
      ]),
      profile.badges.length > 0 &&
        h(
          "ul",
          { class: "badges", "aria-label": t.points.badgesTitle },
          profile.badges.map((badge) => h("li", {}, t.points.badges[badge] ?? badge)),
        ),
      h(
        "div",
        { class: "columns" },
        aboutForm(app, profile),
        studied.length > 0 && card("days", t.me.days, daysPlot(studied)),
      ),
    ],
  };
}

function aboutForm(app, profile) {
  return form(
    { class: "card", "aria-labelledby": "about", draft: "profile" },
    async ({ name, interests, learningGoals }) => {
      await app.api.patch("/v1/learner/me", {
        name,
        interests: listed(interests),
        learningGoals: listed(learningGoals),
      });
      app.toasts.show(t.common.saved);
    },
    h("h2", { id: "about" }, t.me.about),
    field(t.me.name, { name: "name", autocomplete: "name", value: profile.name }),
    field(t.me.interests, { name: "interests", value: profile.interests.join(", ") }, undefined, t.me.commas),
    field(t.me.goals, { name: "learningGoals", value: profile.learningGoals.join(", ") }, undefined, t.me.commas),
    h("button", { "data-focus": "save" }, t.common.save),
  );
}

function listed(text) {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}
