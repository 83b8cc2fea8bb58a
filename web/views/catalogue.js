import { count, field, h, select, time } from "../dom.js";
import { listing } from "./listing.js";

const LEVELS = [
  ["", "Any level"],
  ["beginner", "Beginner"],
  ["intermediate", "Intermediate"],
  ["advanced", "Advanced"],
];
const PAGE = 12;

/** Published courses: filters, and more on demand. */
export async function catalogueView(app, place) {
  const list = h("ul", { class: "cards" });
  const subjects = h("datalist", { id: "subjects" });
  const tutors = select({ name: "tutor" }, [["", "Any tutor"]]);

  function entry(course) {
    remember(subjects, course.subject);
    remember(tutors, course.tutor.userId, course.tutor.name);
    return card(course);
  }

  const { filters, found, more } = await listing(app, place, {
    hash: "#/catalogue",
    label: "Courses",
    controls: [
      field("Title", { name: "q", type: "search", maxlength: 200 }),
      field("Subject", { name: "subject", list: "subjects" }),
      subjects,
      field("Level", {}, select({ name: "level" }, LEVELS)),
      field("Tutor", {}, tutors),
    ],
    load: (given, options) => app.api.page("/v1/courses", { ...given, limit: PAGE }, options),
    key: "courses",
    entry,
    list,
    nouns: ["course", "courses"],
  });
  return { title: "Catalogue", content: [filters, found, list, more] };
}

/** What was seen can be chosen: the API keeps no list of subjects or tutors. */
function remember(choices, value, text = value) {
  if ([...choices.children].some((option) => option.value === value)) return;
  choices.append(h("option", { value }, text));
}

function card(course) {
  return h(
    "li",
    { class: "card" },
    h("h2", {}, h("a", { href: `#/courses/${course.courseId}` }, course.title)),
    h("p", { class: "fine" }, `${course.subject} · ${course.level} · ${course.tutor.name}`),
    course.startsAt && h("p", { class: "fine" }, time(course.startsAt)),
    h("p", { class: "clamped" }, course.description),
    h("p", { class: "seats" }, seats(course)),
  );
}

/** How many seats are free, in words. */
export function seats({ capacity, seatsAvailable, waitlistLength }) {
  if (capacity === null) return "Seats without limit";
  const waiting = waitlistLength > 0 ? `, ${waitlistLength} waiting` : "";
  return (seatsAvailable > 0 ? `${count(seatsAvailable, "free seat")} of ${capacity}` : `Full (${capacity})`) + waiting;
}
