import { externalLink, field, fill, form, h, hold, isHeld, progressBar, time } from "../dom.js";
import { listening } from "../press.js";
import { upload } from "../upload.js";

/** One assessment: what is asked, what one has handed in, how it was graded. */
export async function assessmentView(app, { params: [assessmentId], signal }) {
  const path = `/v1/assessments/${encodeURIComponent(assessmentId)}`;
  const { assessment, submission } = await app.api.get(path, {}, { signal });
  const state = h("section", { "aria-labelledby": "handed-in", "aria-live": "polite" });
  const ways = h("div", { class: "columns" });

  function show(latest) {
    fill(
      state,
      h("h2", { id: "handed-in" }, "Handed in"),
      latest ? standing(app, assessment, latest, path) : h("p", {}, "Nothing yet."),
    );
    // A graded one takes no further attempt.
    ways.hidden = Boolean(latest?.gradedAt);
  }

  async function handIn(submissionUrl) {
    const { submission: accepted } = await app.api.post(`${path}/submit`, { submissionUrl }, { signal });
    show(accepted);
    app.toasts.show(`Handed in: attempt ${accepted.attempt}.`);
  }

  app.realtime.addEventListener(
    "push",
    async ({ detail: { type, data } }) => {
      if (type !== "submission.graded" || data.assessmentId !== assessmentId) return;
      // Only what was graded is read anew: somebody may be writing elsewhere on the page.
      show((await app.api.get(path, {}, { signal })).submission);
    },
    { signal },
  );

  fill(ways, fileDrop(app, path, handIn, signal), linkForm(handIn));
  show(submission);
  return {
    title: assessment.title,
    content: [
      h("p", {}, h("a", { href: `#/courses/${assessment.courseId}` }, "← To the course")),
      assessment.dueAt &&
        h("p", {}, "Due ", time(assessment.dueAt), assessment.allowLate && " (later is possible, and marked)"),
      h("p", { class: "prose" }, assessment.instructions),
      h("p", { class: "fine" }, `At most ${assessment.maxGrade} points.`),
      state,
      ways,
    ],
  };
}

function standing(app, assessment, submission, path) {
  return [
    h(
      "p",
      {},
      `Attempt ${submission.attempt}, `,
      time(submission.submittedAt),
      submission.late && " (late)",
      " · ",
      handedIn(app, submission, path),
    ),
    submission.gradedAt
      ? h(
          "p",
          { class: "grade" },
          h("strong", {}, `${submission.grade} of ${assessment.maxGrade}`),
          " · graded ",
          time(submission.gradedAt),
        )
      : h("p", { class: "fine" }, "Not graded yet. Handing in again replaces it."),
    submission.feedback && h("blockquote", { class: "prose" }, submission.feedback),
  ];
}

/** What was handed in: a link, or a button that fetches an uploaded file. */
export function handedIn(app, submission, path) {
  const { submissionUrl, fileName, learnerId } = submission;
  if (!fileName) return externalLink(submissionUrl);
  // Names may be in any direction of writing: the button around one goes on in its own.
  const name = h("bdi", {}, fileName);
  return listening(app, h("button", { type: "button", class: "quiet" }, "Download ", name), async () => {
    // Good for five minutes, so it is asked for when it is wanted.
    const { url } = await app.api.get(`${path}/submissions/${encodeURIComponent(learnerId)}/download`);
    // In a tab of its own, which closes by itself once the browser has found an attachment to save.
    externalLink(url).click();
  });
}

function linkForm(handIn) {
  return form(
    { class: "card", "aria-labelledby": "by-link" },
    ({ submissionUrl }) => handIn(submissionUrl),
    h("h2", { id: "by-link" }, "Hand in a link"),
    field("Address", { name: "submissionUrl", type: "url", placeholder: "https://github.com/…", required: true }),
    h("p", { class: "fine" }, "On GitHub, Google Drive or Amazon S3."),
    h("button", {}, "Hand in the link"),
  );
}

function fileDrop(app, path, handIn, signal) {
  const status = h("p", { role: "status", class: "fine" });
  const place = h("div", {});
  const choose = h("label", { for: "file", class: "button quiet" }, "choose one");
  // A control that everybody can reach; dropping a file on the area around it is a shortcut.
  const input = h("input", { type: "file", id: "file", class: "hidden", onchange: () => send(input.files[0]) });
  const area = h(
    "div",
    { class: "card drop" },
    h("h2", {}, "Hand in a file"),
    h("p", {}, "Drop a file here, or ", input, choose),
    place,
    status,
  );

  async function send(file) {
    if (file === undefined || area.getAttribute("aria-busy") === "true" || isHeld(choose)) return;
    area.setAttribute("aria-busy", "true");
    const bar = progressBar(`Upload of ${file.name}`);
    fill(place, bar);
    fill(status, `Uploading ${file.name} …`);
    try {
      // Browsers know no type of many files: the API then goes by the name.
      const body = { fileName: file.name, contentType: file.type, size: file.size };
      const { upload: signed } = await app.api.post(`${path}/upload`, body, { signal });
      await upload(signed, file, { onProgress: bar.set, signal });
      bar.set(100);
      await handIn(signed.submissionUrl);
      fill(status, `${file.name} is handed in.`);
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(place);
      fill(status, error.fields?.length > 0 ? error.fields.map(({ message }) => message).join("; ") : error.message);
      if (error.isLimit) hold(choose, error.retryAfter, () => fill(status, "You can hand in again now."));
    } finally {
      area.removeAttribute("aria-busy");
      input.value = "";
    }
  }

  area.addEventListener("dragover", (event) => {
    event.preventDefault(); // or the browser would open the file instead
    area.classList.add("over");
  });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    send(event.dataTransfer.files[0]);
  });
  return area;
}
