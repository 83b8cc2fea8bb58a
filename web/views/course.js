import { t } from "../strings.js";
import { aboutTab } from "./course/about.js";
import { learnTab } from "./course/learn.js";
import { peopleTab } from "./course/people.js";
import { tasksTab } from "./course/tasks.js";
import { optional, subnav } from "./parts.js";

const TABS = { tasks: tasksTab, people: peopleTab, about: aboutTab };
// Pushes about a change of one's place in this course.
const MOVING = ["enrollment.promoted", "course.completed", "session.updated"];

/**
 * One course: for its members in four parts, for everybody else what it is about.
 *
 * @typedef {object} Seat one's place in it
 * @property {"active"|"completed"|"waitlisted"} status
 * @property {object|null} progress of who holds a seat
 * @property {number|null} position of who waits, where it is known
 */
export async function courseView(app, { params: [courseId, tab], signal }) {
  const { api, session, realtime } = app;
  const path = `/v1/courses/${encodeURIComponent(courseId)}`;
  const [{ course }, seat] = await Promise.all([
    api.get(path, {}, { signal }),
    session.user === null ? null : seatIn(api, courseId, signal),
  ]);
  const isOwn = course.tutor.userId === session.user?.userId;
  const isMember = Boolean(seat?.progress);
  realtime.addEventListener(
    "push",
    ({ detail: { type, data } }) => {
      if (MOVING.includes(type) && data.courseId === courseId) app.show();
    },
    { signal },
  );
  app.inbox.introduce(course.tutor.userId, course.tutor.name);
  app.names.keep(courseId, course.title);
  for (const { assessmentId, title } of course.assessments) app.names.keep(assessmentId, title);
  const show = isMember ? (TABS[tab] ?? learnTab) : aboutTab;
  return {
    title: course.title,
    content: [isMember && courseNav(courseId, tab), await show(app, { course, seat, isOwn, isMember, signal })],
  };
}

function courseNav(courseId, tab) {
  const hash = `#/courses/${courseId}`;
  const pages = [
    [hash, t.course.learn],
    [`${hash}/tasks`, t.course.tasks],
    [`${hash}/people`, t.course.people],
    [`${hash}/about`, t.course.about],
  ];
  return subnav(t.course.parts, pages, tab === undefined ? hash : `${hash}/${tab}`);
}

/** @returns {Promise<Seat|null>} */
async function seatIn(api, courseId, signal) {
  const mine = await optional(api.get(`/v1/learner/me/progress/${encodeURIComponent(courseId)}`, {}, { signal }));
  if (mine !== null) return { status: mine.progress.status, progress: mine.progress, position: null };
  const line = await api.all("/v1/learner/me/enrollments", "enrollments", { status: "waitlisted" }, { signal });
  const waiting = line.find((one) => one.courseId === courseId);
  return waiting ? { status: "waitlisted", progress: null, position: waiting.position ?? null } : null;
}
