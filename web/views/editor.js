import { confirmed, h, select } from "../dom.js";
import { drafts } from "../drafts.js";
import { field, form, textArea } from "../forms.js";
import { pressing } from "../press.js";
import { Shelf } from "../shelf.js";
import { t } from "../strings.js";
import { moduleRows } from "./module-rows.js";
import { localOf, momentOf } from "./moments.js";
import { pill } from "./parts.js";
import { teachingNav } from "./teaching.js";

const EMPTY = {
  title: "",
  description: "",
  subject: "",
  level: "beginner",
  kind: "course",
  capacity: null,
  startsAt: null,
  endsAt: null,
  status: "draft",
  modules: [{ title: "", minutes: 30 }],
};

/** A course that is not there yet. */
export async function newCourseView(app) {
  return { title: t.editor.newTitle, content: editor(app, EMPTY) };
}

/** One's own course, to be changed, published, closed or deleted. */
export async function editorView(app, { params: [courseId], signal }) {
  const { course } = await app.api.get(`/v1/courses/${encodeURIComponent(courseId)}`, {}, { signal });
  return {
    title: course.title,
    content: [
      teachingNav(courseId, "/edit"),
      h(
        "p",
        {},
        pill(t.teaching.statuses[course.status] ?? course.status, course.status === "published" ? "good" : "warn"),
      ),
      editor(app, course),
      course.status === "draft" && deletion(app, courseId),
    ],
  };
}

function editor(app, course) {
  const { api, session, toasts } = app;
  const { courseId } = course;
  const draft = `course-${courseId ?? "new"}`;
  const kind = select({ name: "kind" }, Object.entries(t.editor.kinds), course.kind);
  const level = select({ name: "level" }, Object.entries(t.course.levels), course.level);
  const rows = moduleRows(rowsOf(draft, course), () => element.dispatchEvent(new Event("input")));
  const times = h(
    "div",
    { class: "pair" },
    field(t.editor.startsAt, { name: "startsAt", type: "datetime-local", value: localOf(course.startsAt) }),
    field(t.editor.endsAt, { name: "endsAt", type: "datetime-local", value: localOf(course.endsAt) }),
  );

  async function save(values, button) {
    const body = bodyOf(values, rows.read());
    if (button?.value) body.status = button.value;
    const path = "/v1/courses";
    const { course: saved } = courseId
      ? await api.patch(`/v1/courses/${encodeURIComponent(courseId)}`, body)
      : await api.post(path, body);
    new Shelf(session.user.userId).keep(saved);
    toasts.show(button?.value ? t.editor.became[button.value] : t.common.saved);
    const hash = `#/teaching/courses/${saved.courseId}/edit`;
    app.go(button?.value === "published" ? `#/teaching/courses/${saved.courseId}` : hash);
  }

  const element = form(
    { class: "card", "aria-label": t.editor.form, draft },
    save,
    field(t.editor.title, { name: "title", value: course.title, required: true }),
    field(t.editor.description, {}, textArea({ name: "description", rows: 5 }, course.description)),
    h(
      "div",
      { class: "pair" },
      field(t.catalogue.subject, { name: "subject", value: course.subject, required: true }),
      field(t.catalogue.level, {}, level),
    ),
    h(
      "div",
      { class: "pair" },
      field(t.editor.kind, {}, kind),
      field(
        t.editor.capacity,
        { name: "capacity", type: "number", min: 0, value: course.capacity },
        undefined,
        t.editor.noLimit,
      ),
    ),
    times,
    rows.element,
    h("div", { class: "actions" }, buttons(course.status)),
  );
  element.addEventListener("discarded", () => app.show());
  const fit = () => {
    times.hidden = kind.value !== "session";
  };
  kind.addEventListener("change", fit);
  fit();
  return element;
}

/** Saving first: Enter in a field publishes nothing. */
function buttons(status) {
  const save = h("button", {}, status === "draft" ? t.editor.saveDraft : t.common.save);
  const others = {
    draft: ["published", t.editor.publish],
    published: ["closed", t.editor.close],
    closed: ["published", t.editor.reopen],
  };
  const [value, text] = others[status] ?? [];
  return [save, value && h("button", { value, class: "quiet" }, text)];
}

/** As many rows as were typed, where that was not sent yet. */
function rowsOf(draft, { modules }) {
  const typed = drafts.of(draft).read();
  if (typed === null) return modules;
  const rows = [];
  while (`modules.${rows.length}.title` in typed) {
    rows.push({ moduleId: typed[`modules.${rows.length}.moduleId`] || undefined, title: "", minutes: "" });
  }
  return rows;
}

function bodyOf({ title, description, subject, level, kind, capacity, startsAt, endsAt }, modules) {
  const isSession = kind === "session";
  return {
    title,
    description,
    subject,
    level,
    kind,
    capacity: capacity === "" ? null : Number(capacity),
    startsAt: (isSession && momentOf(startsAt)) || null,
    endsAt: (isSession && momentOf(endsAt)) || null,
    modules,
  };
}

function deletion(app, courseId) {
  const remove = pressing(app, { class: "quiet danger" }, t.editor.deleteDraft, async () => {
    if (!(await confirmed(t.editor.deleteQuestion, t.editor.deleteDraft))) return;
    await app.api.delete(`/v1/courses/${encodeURIComponent(courseId)}`);
    new Shelf(app.session.user.userId).remove(courseId);
    drafts.of(`course-${courseId}`).clear();
    app.toasts.show(t.editor.deleted);
    app.go("#/teaching");
  });
  return h("p", {}, remove);
}
