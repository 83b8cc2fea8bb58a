import { count, field, fill, h, select, time } from "../dom.js";

const FILTERS = ["q", "subject", "level", "tutor"];
const LEVELS = [
  ["", "Any level"],
  ["beginner", "Beginner"],
  ["intermediate", "Intermediate"],
  ["advanced", "Advanced"],
];
const PAGE = 12;

/** Published courses: filters, and more on demand. */
export async function catalogueView(app, { query, signal }) {
  const found = h("p", { role: "status" });
  const list = h("ul", { class: "cards" });
  const more = h("button", { type: "button", hidden: true }, "More courses");
  const subjects = h("datalist", { id: "subjects" });
  const tutors = select({ name: "tutor" }, [["", "Any tutor"]]);
  let next = null;

  function append({ data, total, next: following }) {
    fill(found, total === 0 ? "No course matches." : count(total, "course"));
    for (const course of data.courses) {
      remember(subjects, course.subject);
      remember(tutors, course.tutor.userId, course.tutor.name);
      list.append(card(course));
    }
    next = following;
    more.hidden = next === null;
  }

  let latest = new AbortController();

  async function load(filters) {
    // Whoever changes a filter while the list is on its way wants the new one, and only that.
    latest.abort();
    latest = new AbortController();
    const page = await app.api.page(
      "/v1/courses",
      { ...filters, limit: PAGE },
      { signal: AbortSignal.any([signal, latest.signal]) },
    );
    fill(list);
    append(page);
  }

  more.addEventListener("click", async () => {
    const shown = list.children.length;
    more.disabled = true;
    append(await next());
    more.disabled = false;
    // Reading goes on where the new ones begin.
    list.children[shown]?.querySelector("a").focus();
  });

  async function search(event) {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(filters));
    const given = Object.fromEntries(FILTERS.filter((name) => values[name]).map((name) => [name, values[name]]));
    // In the address, so that it can be shared and the way back leads here; not a new view, so the focus stays.
    history.replaceState(null, "", `#/catalogue?${new URLSearchParams(given)}`);
    try {
      await load(given);
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(list);
      fill(found, error.message);
    }
  }

  const filters = h(
    "form",
    { class: "filters", role: "search", "aria-label": "Courses", onsubmit: search },
    field("Title", { name: "q", type: "search", value: query.get("q"), maxlength: 200 }),
    field("Subject", { name: "subject", list: "subjects", value: query.get("subject") }),
    subjects,
    field("Level", {}, select({ name: "level" }, LEVELS)),
    field("Tutor", {}, tutors),
    h("button", {}, "Search"),
  );
  filters.addEventListener("change", ({ target }) => {
    if (target instanceof HTMLSelectElement) filters.requestSubmit();
  });

  await load(Object.fromEntries(FILTERS.map((name) => [name, query.get(name)])));
  filters.elements.level.value = query.get("level") ?? "";
  tutors.value = query.get("tutor") ?? "";
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
