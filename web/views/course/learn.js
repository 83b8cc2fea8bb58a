/** The lessons of a course, and how far one is. */

import { externalLink, fill, h, hidden, named, time } from "../../dom.js";
import { ring, strip } from "../../plots.js";
import { press } from "../../press.js";
import { number, t } from "../../strings.js";
import { aboutLine, pill, swap, when } from "../parts.js";

export async function learnTab(app, { course, seat }) {
  let { progress } = seat;
  const far = h("div", { class: "row start" });
  const list = h("ol", { class: "rows" });
  // A session is nothing that could be done before it has begun.
  const isOpen = !course.startsAt || new Date(course.startsAt) <= Date.now();

  function showFar() {
    const done = new Set(progress.completedModuleIds);
    const { completedModules, totalModules, completionPercentage } = progress;
    const label = t.plots.done(completedModules, totalModules);
    fill(
      far,
      ring(completedModules, totalModules, completionPercentage),
      h(
        "div",
        { class: "grow" },
        h("p", {}, t.courses.modules(completedModules, totalModules)),
        strip(course.modules.length, (index) => done.has(course.modules[index].moduleId), label),
        progress.status === "completed" && pill(t.courses.completed, "good"),
      ),
    );
  }

  async function complete(module, element, button) {
    const refusal = await press(app, button, async () => {
      // Completing one twice changes nothing, so a second try after a lost answer is safe.
      const answer = await app.api.patch(`/v1/learner/me/progress/${encodeURIComponent(course.courseId)}`, {
        moduleId: module.moduleId,
        studyMinutes: module.minutes,
      });
      progress = answer.progress;
      showFar();
      swap(element, row(module));
    });
    // The page is out of date: somebody has changed the course, or one's place in it.
    if ([403, 404, 409].includes(refusal?.status)) await app.show();
  }

  function row(module) {
    const isDone = progress.completedModuleIds.includes(module.moduleId);
    const attributes = { "data-focus": module.moduleId };
    const element = h(
      "li",
      { class: isDone ? "row done-row" : "row" },
      h(
        "span",
        { class: "grow" },
        module.resourceUrl ? externalLink(module.resourceUrl, module.title) : named(module.title),
        h("span", { class: "fine" }, " · ", t.course.minutes(number(module.minutes))),
      ),
      isDone && h("span", { class: "done", tabindex: -1, ...attributes }, t.course.done),
    );
    if (!isDone && isOpen) {
      const button = h("button", { type: "button", class: "quiet", ...attributes }, t.course.markDone);
      button.append(hidden(" ", module.title));
      button.addEventListener("click", () => complete(module, element, button));
      element.append(button);
    }
    return element;
  }

  showFar();
  fill(list, course.modules.map(row));
  return [
    aboutLine(course),
    when(course),
    far,
    h(
      "section",
      { "aria-labelledby": "modules" },
      h("h2", { id: "modules" }, t.course.modules(course.modules.length)),
      !isOpen && h("p", { class: "fine" }, t.course.notBegun, " ", time(course.startsAt)),
      list,
    ),
  ];
}
