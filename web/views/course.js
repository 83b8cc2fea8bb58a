import { confirmed, count, h, progressBar, time } from "../dom.js";
import { press } from "../press.js";
import { seats } from "./catalogue.js";

const HOLDS_SEAT = ["active", "completed"];
// What changes somebody's place in this course behind their back.
const MOVING = ["enrollment.promoted", "course.completed", "session.updated"];

/** One course: what it is, one's place in it, its modules and assessments, and who is how far. */
export async function courseView(app, { params: [courseId], signal }) {
  const { api, session, realtime } = app;
  const path = `/v1/courses/${encodeURIComponent(courseId)}`;
  const { course } = await api.get(path, {}, { signal });
  const isOwn = course.tutor.userId === session.user?.userId;
  const enrollment = session.user && !isOwn ? await placeIn(api, courseId, signal) : null;
  const isMember = HOLDS_SEAT.includes(enrollment?.status);
  const [progress, leaders] = isMember
    ? await Promise.all([
        api.get(`/v1/learner/me/progress/${courseId}`, {}, { signal }),
        api.get(`${path}/leaderboard`, {}, { signal }),
      ])
    : [null, null];
  // The same answer as the bar's, so that a module just finished is ticked as soon as it counts.
  const completed = new Set(progress?.progress.completedModuleIds);

  realtime.addEventListener(
    "push",
    ({ detail: { type, data } }) => {
      if (MOVING.includes(type) && data.courseId === courseId) app.show();
    },
    { signal },
  );
  app.inbox.introduce(course.tutor.userId, course.tutor.name);

  return {
    title: course.title,
    content: [
      h("p", { class: "fine" }, `${course.subject} · ${course.level} · ${course.tutor.name}`),
      course.startsAt && h("p", {}, time(course.startsAt), " to ", time(course.endsAt, { timeStyle: "short" })),
      h("p", { class: "prose" }, course.description),
      h("p", { class: "seats" }, seats(course)),
      h("div", { class: "actions" }, actions(app, { course, enrollment, isOwn, isMember, path })),
      progress &&
        h("section", { "aria-label": "Progress" }, progressBar("Progress", progress.progress.completionPercentage)),
      modules(app, course, isMember, completed),
      course.assessments.length > 0 && assessments(course, isMember),
      leaders && leaderboard(leaders.leaders, session.user.userId),
    ],
  };
}

/** Whether what is shown is out of date: it was done, or somebody else has changed what it was about. */
function isNews(refusal) {
  return refusal === null || [403, 404, 409].includes(refusal?.status);
}

async function placeIn(api, courseId, signal) {
  const mine = await api.all("/v1/learner/me/enrollments", "enrollments", {}, { signal });
  return mine.find((one) => one.courseId === courseId) ?? null;
}

function actions(app, { course, enrollment, isOwn, isMember, path }) {
  const { api, session, toasts } = app;

  /** A button that does one thing and shows the course anew, whether it was done or does not fit any more. */
  function button(text, act, attributes = {}) {
    const element = h("button", { type: "button", "data-focus": "seat", ...attributes }, text);
    element.addEventListener("click", async () => {
      const refusal = await press(app, element, act);
      element.focus();
      if (isNews(refusal)) await app.show();
    });
    return element;
  }

  const isFull = course.capacity !== null && (course.seatsAvailable === 0 || course.waitlistLength > 0);
  if (session.user === null) {
    const href = `#/sign-in?${new URLSearchParams({ next: `#/courses/${course.courseId}` })}`;
    return h("a", { class: "button", href }, isFull ? "Sign in to join the waitlist" : "Sign in to book");
  }
  if (isOwn) return h("a", { class: "button", href: `#/teaching/courses/${course.courseId}` }, "Roster and grading");
  const message = h("a", { href: `#/chat/${course.tutor.userId}` }, `Message ${course.tutor.name}`);
  if (enrollment?.status === "completed") return [h("strong", {}, "Completed"), message];
  if (isMember) {
    const drop = async () => {
      if (await confirmed("Drop this course? Your seat goes to somebody else; your progress is kept.", "Drop")) {
        await api.delete(`${path}/enroll`);
      }
    };
    return [button("Drop", drop, { class: "quiet" }), message];
  }
  if (enrollment?.status === "waitlisted") {
    const leave = async () => {
      if (await confirmed("Leave the waitlist? Whoever comes back starts at its end.", "Leave the waitlist")) {
        await api.delete(`${path}/waitlist`);
      }
    };
    return [h("span", {}, "You are on the waitlist. "), button("Leave the waitlist", leave, { class: "quiet" })];
  }
  if (isFull) {
    const join = async () => {
      const { waitlist } = await api.post(`${path}/waitlist`);
      toasts.show(`You are number ${waitlist.position} on the waitlist.`);
    };
    return button("Join the waitlist", join);
  }
  return button("Book a seat", async () => {
    try {
      await api.post(`${path}/enroll`);
      toasts.show(`You have a seat in “${course.title}”.`);
    } catch (error) {
      // Somebody was faster: the page that is shown next offers the waitlist.
      if (error.details?.reason !== "COURSE_FULL") throw error;
      toasts.show("The last seat has just been taken.");
    }
  });
}

function modules(app, course, isMember, completed) {
  const complete =
    (module) =>
    async ({ currentTarget }) => {
      const refusal = await press(app, currentTarget, async () => {
        // Completing one twice changes nothing, so a second try after a lost answer is safe.
        await app.api.patch(`/v1/learner/me/progress/${course.courseId}`, {
          moduleId: module.moduleId,
          studyMinutes: module.minutes,
        });
      });
      if (isNews(refusal)) await app.show();
    };
  const entry = (module) =>
    h(
      "li",
      { class: "row" },
      h("span", {}, module.title, h("span", { class: "fine" }, ` · ${module.minutes} min`)),
      completed.has(module.moduleId) &&
        h("span", { class: "done", "data-focus": module.moduleId, tabindex: -1 }, "✓ Done"),
      isMember &&
        !completed.has(module.moduleId) &&
        h(
          "button",
          { type: "button", class: "quiet", "data-focus": module.moduleId, onclick: complete(module) },
          "Mark as done",
          h("span", { class: "hidden" }, ` ${module.title}`),
        ),
    );
  return h(
    "section",
    { "aria-labelledby": "modules" },
    h("h2", { id: "modules" }, count(course.modules.length, "module")),
    h("ol", { class: "rows" }, course.modules.map(entry)),
  );
}

function assessments(course, isMember) {
  return h(
    "section",
    { "aria-labelledby": "assessments" },
    h("h2", { id: "assessments" }, "Assessments"),
    h(
      "ul",
      { class: "rows" },
      course.assessments.map((one) =>
        h(
          "li",
          { class: "row" },
          isMember ? h("a", { href: `#/assessments/${one.assessmentId}` }, one.title) : h("span", {}, one.title),
          one.dueAt && h("span", { class: "fine" }, "due ", time(one.dueAt)),
        ),
      ),
    ),
  );
}

function leaderboard(leaders, me) {
  const row = ({ rank, userId, name, points }) =>
    h(
      "tr",
      userId === me ? { class: "mine" } : {},
      h("td", {}, rank),
      h("td", {}, userId === me ? name : h("a", { href: `#/chat/${userId}` }, name)),
      h("td", {}, points),
    );
  return h(
    "section",
    { "aria-labelledby": "leaders" },
    h("h2", { id: "leaders" }, "Leaderboard"),
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ["Rank", "Name", "Points"].map((text) => h("th", { scope: "col" }, text)),
        ),
      ),
      h("tbody", {}, leaders.map(row)),
    ),
  );
}
