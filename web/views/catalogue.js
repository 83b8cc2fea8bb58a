import { h, named, select } from "../dom.js";
import { field } from "../forms.js";
import { t } from "../strings.js";
import { listing } from "./listing.js";
import { aboutLine, coursesNav, hueOf, optional, pill, seats, when } from "./parts.js";

const PAGE = 12;

/** Published courses: filters, and more on demand. */
export async function catalogueView(app, place) {
  const { api, session } = app;
  const list = h("ul", { class: "cards" });
  const { subjects, tutors } = await choices(api, place.signal);
  const mine = session.user === null ? null : takenBy(api, place.signal);
  // It may come after the list, and only adds to it.
  mine?.catch(() => {});

  function entry(course) {
    app.names.keep(course.courseId, course.title);
    return card(course, mine);
  }

  const { filters, found, more } = await listing(app, place, {
    hash: "#/catalogue",
    label: t.catalogue.search,
    controls: [
      field(t.catalogue.words, { name: "q", type: "search", maxlength: 200 }),
      field(t.catalogue.subject, { name: "subject", list: "subjects" }),
      subjects,
      field(
        t.catalogue.level,
        {},
        select({ name: "level" }, [["", t.catalogue.anyLevel], ...Object.entries(t.course.levels)]),
      ),
      field(t.catalogue.tutor, {}, tutors),
      field(t.seats.title, {}, select({ name: "available" }, Object.entries(t.catalogue.seats))),
      field(t.catalogue.order, {}, select({ name: "sort" }, Object.entries(t.catalogue.orders))),
    ],
    load: (given, options) => api.page("/v1/courses", given, options),
    size: PAGE,
    key: "courses",
    entry,
    list,
    words: t.catalogue,
  });
  return {
    title: t.catalogue.title,
    content: [session.user && coursesNav("#/catalogue", session), filters, found, list, more],
  };
}

/** The ids of the courses that one has a seat in. */
async function takenBy(api, signal) {
  const answer = await optional(api.page("/v1/learner/me/progress", { limit: 100 }, { signal }));
  return new Set(answer?.data.progress.map(({ courseId }) => courseId));
}

/** All subjects and tutors of the catalogue, to choose from. */
async function choices(api, signal) {
  const facets = await optional(api.get("/v1/courses/facets", {}, { signal }));
  const tutors = (facets?.tutors ?? []).map(({ value, name, count }) => [value, `${name} (${count})`]);
  return {
    subjects: h("datalist", { id: "subjects" }, ...(facets?.subjects ?? []).map(({ value }) => h("option", { value }))),
    tutors: select({ name: "tutor" }, [["", t.catalogue.anyTutor], ...tutors]),
  };
}

function card(course, mine) {
  const taken = h("p", { hidden: true }, pill(t.course.taken, "good"));
  mine?.then(
    (ids) => {
      taken.hidden = !ids.has(course.courseId);
    },
    () => {},
  );
  const isFew = course.capacity !== null && course.seatsAvailable > 0 && course.seatsAvailable <= 3;
  return h(
    "li",
    { class: `card target ${hueOf(course.subject)}` },
    h("h2", {}, h("a", { href: `#/courses/${course.courseId}` }, named(course.title))),
    aboutLine(course),
    when(course),
    h("p", { class: "clamped", dir: "auto" }, course.description),
    h("p", { class: "seats" }, isFew ? pill(t.seats.left(course.seatsAvailable), "warn") : seats(course)),
    taken,
  );
}
