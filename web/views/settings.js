import { ApiError } from "../api.js";
import { confirmed, fill, h, select, time } from "../dom.js";
import { field, form } from "../forms.js";
import { newPasswordField, passwordField } from "../passwords.js";
import { prefer, preference } from "../preferences.js";
import { pressing } from "../press.js";
import { LANGUAGES, language, t } from "../strings.js";
import { card, meNav } from "./parts.js";

/** Language and colours, password, calendar, devices, and what becomes of one's data. */
export async function settingsView(app) {
  return {
    title: t.settings.title,
    content: [
      meNav("#/me/settings"),
      h(
        "div",
        { class: "columns" },
        look(),
        password(app),
        calendar(app),
        card(
          "devices",
          t.devices.title,
          h("p", {}, t.settings.devices),
          h("a", { href: "#/me/devices" }, t.devices.title),
        ),
        data(app),
        erasure(app),
      ),
    ],
  };
}

function look() {
  const scheme = select(
    {
      onchange: () => {
        prefer("scheme", scheme.value);
        if (scheme.value === "") delete document.documentElement.dataset.scheme;
        else document.documentElement.dataset.scheme = scheme.value;
      },
    },
    Object.entries(t.settings.schemes),
    preference("scheme") ?? "",
  );
  const words = select(
    {
      lang: language,
      onchange: () => {
        prefer("language", words.value);
        location.reload();
      },
    },
    Object.entries(LANGUAGES),
    language,
  );
  return card("look", t.settings.look, field(t.settings.scheme, {}, scheme), field(t.settings.language, {}, words));
}

function password(app) {
  const element = form(
    { class: "card", "aria-labelledby": "password" },
    async ({ currentPassword, newPassword }) => {
      const change = { currentPassword, newPassword };
      await proven(app.api.post("/v1/learner/auth/password", change), "currentPassword");
      element.reset();
      app.toasts.show(t.settings.passwordChanged);
    },
    h("h2", { id: "password" }, t.settings.password),
    passwordField(t.settings.currentPassword, "currentPassword"),
    newPasswordField(t.settings.newPassword, "newPassword"),
    h("button", {}, t.settings.changePassword),
  );
  return element;
}

function calendar(app) {
  const place = h("div", { "aria-live": "polite" });
  const make = pressing(app, {}, t.settings.makeLink, async () => {
    if (!(await confirmed(t.settings.linkQuestion, t.settings.makeLink, { isDangerous: false }))) return;
    const { calendar: link } = await app.api.post("/v1/learner/me/calendar");
    const address = h("input", { readonly: true, value: link.url, "aria-label": t.settings.link, dir: "ltr" });
    address.addEventListener("focus", () => address.select());
    const copy = pressing(app, { class: "quiet" }, t.settings.copy, async () => {
      address.select();
      await navigator.clipboard?.writeText(link.url).catch(() => {});
      app.toasts.show(t.settings.copied);
    });
    fill(place, h("p", {}, t.settings.linkOnce), address, h("p", {}, copy));
    address.focus();
  });
  return card("calendar", t.settings.calendar, h("p", {}, t.settings.calendarAbout), place, make);
}

function data(app) {
  const state = h("p", { role: "status" });
  const ask = pressing(app, { class: "quiet" }, t.settings.exportData, async () => {
    const { export: found } = await app.api.get("/v1/learner/me/export");
    if (found.status === "preparing") {
      fill(state, t.settings.preparing);
    } else if (found.status === "ready") {
      const link = h("a", { class: "button", href: found.url, rel: "noopener noreferrer" }, t.settings.fetch);
      fill(state, link, " ", t.settings.until, " ", time(found.urlExpiresAt));
    } else {
      save(found);
      fill(state, t.settings.saved);
    }
  });
  return card("data", t.settings.data, h("p", {}, t.settings.dataAbout), ask, state);
}

/** As a file of the browser's own: it goes over no network again. */
function save(document_) {
  const file = new Blob([JSON.stringify(document_, null, 2)], { type: "application/json" });
  const address = URL.createObjectURL(file);
  h("a", { href: address, download: "peerlearn.json" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function erasure(app) {
  return card(
    "erasure",
    t.settings.account,
    h(
      "details",
      {},
      h("summary", {}, t.settings.erase),
      form(
        { "aria-label": t.settings.erase },
        async ({ password: typed }) => {
          await proven(app.api.eraseAccount(typed), "password");
          app.toasts.show(t.settings.erased);
          app.go("#/catalogue");
        },
        h("p", {}, t.settings.eraseAbout),
        passwordField(t.signIn.password, "password"),
        h("button", { class: "danger" }, t.settings.eraseForGood),
      ),
    ),
  );
}

/** Awaits an answer that takes one's password; a wrong one is said beside its field. */
async function proven(answer, name) {
  try {
    await answer;
  } catch (error) {
    if (error.code !== "INVALID_CREDENTIALS") throw error;
    // The API speaks of an address and a password; here only one of the two was typed.
    const fields = [{ field: name, message: t.settings.notYours }];
    throw new ApiError(error.status, { code: error.code, message: error.message, details: { fields } });
  }
}
