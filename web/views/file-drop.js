/** A place to drop a file on, or to choose one: it goes straight to the bucket, and is then handed in. */

import { fill, h, named, progressBar } from "../dom.js";
import { hold, isHeld } from "../hold.js";
import { told } from "../problems.js";
import { t } from "../strings.js";
import { upload } from "../upload.js";

export function fileDrop(app, assessmentId, handIn, signal) {
  const path = `/v1/assessments/${encodeURIComponent(assessmentId)}`;
  const status = h("p", { role: "status", class: "fine" });
  const place = h("div", {});
  const choose = h("label", { for: "file", class: "button quiet" }, t.tasks.choose);
  // A control that everybody can reach; dropping a file on the area around it is a shortcut.
  const input = h("input", { type: "file", id: "file", class: "hidden", onchange: () => send(input.files[0]) });
  const area = h(
    "div",
    { class: "card drop" },
    h("h3", {}, t.tasks.byFile),
    h("p", {}, t.tasks.drop, " ", input, choose),
    place,
    status,
  );

  async function send(file) {
    if (file === undefined || area.getAttribute("aria-busy") === "true" || isHeld(choose)) return;
    area.setAttribute("aria-busy", "true");
    const name = named(file.name);
    const bar = progressBar(t.tasks.uploadOf(file.name));
    fill(place, bar);
    fill(status, t.tasks.uploading(name));
    try {
      // Browsers know no type of many files: the API then goes by the name.
      const body = { fileName: file.name, contentType: file.type, size: file.size };
      const { upload: signed } = await app.api.post(`${path}/upload`, body, { signal });
      await upload(signed, file, { onProgress: bar.set, signal });
      bar.set(100);
      await handIn(signed.submissionUrl);
      fill(place);
      fill(status, t.tasks.fileHandedIn(name));
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(place);
      fill(status, told(error));
      if (error.isLimit) hold(choose, error.retryAfter, () => fill(status, t.tasks.againNow));
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
