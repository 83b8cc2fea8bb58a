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
  const subjects = h("datalist", { id: "subjects" });
  const tutors = select({ name: "tutor" }, [["", t.catalogue.anyTutor]]);
  const mine = session.user === null ? null : takenBy(api, place.signal);
  // It may come after the list, and only adds to it.
  mine?.catch(() => {});

  function entry(course) {
    remember(subjects, course.subject);
    remember(tutors, course.tutor.userId, course.tutor.name);
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

/** What was seen can be chosen: the API keeps no list of subjects or tutors. */
function remember(choices, value, text = value) {
  if ([...choices.children].some((option) => option.value === value)) return;
  choices.append(h("option", { value }, text));
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
