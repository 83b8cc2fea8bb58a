import { ApiError } from "../api.js";
import { h, named, select, table } from "../dom.js";
import { field, form } from "../forms.js";
import { passwordField } from "../passwords.js";
import { pressing } from "../press.js";
import { told } from "../problems.js";
import { LANGUAGES, t } from "../strings.js";
import { meNav } from "./parts.js";

const PATH = "/v1/learner/me/notifications";

/** One's address, how mails are written, and which of them one gets. */
export async function mailsView(app, { signal }) {
  const [{ profile }, { notifications }] = await Promise.all([
    app.api.get("/v1/learner/me", {}, { signal }),
    app.api.get(PATH, {}, { signal }),
  ]);
  return {
    title: t.mails.title,
    content: [
      meNav("#/me/mails"),
      h("div", { class: "columns" }, address(app, profile), written(app, profile), notices(app, notifications)),
    ],
  };
}

function address(app, profile) {
  const element = form(
    { class: "card", "aria-labelledby": "address" },
    async ({ newEmail, password }) => {
      const pending = await changed(app, newEmail, password);
      element.reset();
      app.toasts.show(t.mails.changing(named(pending)));
    },
    h("h2", { id: "address" }, t.mails.address),
    h(
      "p",
      { class: "about" },
      named(profile.email),
      ` (${profile.emailVerified ? t.mails.confirmed : t.mails.unconfirmed})`,
    ),
    !profile.emailVerified && h("p", {}, sendAgain(app)),
    field(t.mails.newAddress, { name: "newEmail", type: "email", autocomplete: "email", required: true }),
    passwordField(t.signIn.password, "password"),
    h("button", {}, t.mails.changeAddress),
  );
  return element;
}

/** A button that has the link mailed once more that confirms one's address. */
export function sendAgain(app) {
  return pressing(app, { class: "quiet" }, t.mails.sendAgain, async () => {
    const { sentTo } = await app.api.post("/v1/learner/auth/verification");
    app.toasts.show(t.mails.sent(named(sentTo)));
  });
}

async function changed(app, newEmail, password) {
  try {
    return (await app.api.post("/v1/learner/me/email", { newEmail, password })).pending;
  } catch (error) {
    if (error.code !== "INVALID_CREDENTIALS") throw error;
    // The API speaks of an address and a password; here only one of the two is to be proven.
    const fields = [{ field: "password", message: t.settings.notYours }];
    throw new ApiError(error.status, { code: error.code, message: error.message, details: { fields } });
  }
}

function written(app, profile) {
  const zones = new Set([profile.timeZone, "UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])]);
  const zone = [...zones].sort().map((name) => [name, name]);
  return form(
    { class: "card", "aria-labelledby": "written" },
    async ({ language, timeZone }) => {
      await app.api.patch("/v1/learner/me", { language, timeZone });
      app.toasts.show(t.common.saved);
    },
    h("h2", { id: "written" }, t.mails.written),
    field(t.mails.language, {}, select({ name: "language" }, Object.entries(LANGUAGES), profile.language)),
    field(t.mails.timeZone, {}, select({ name: "timeZone" }, zone, profile.timeZone)),
    h("button", {}, t.common.save),
  );
}

function notices(app, notifications) {
  const { kinds, channels } = t.mails;
  const box = (kind, channel) =>
    h("input", {
      type: "checkbox",
      checked: notifications[kind][channel],
      "aria-label": `${kinds[kind]}: ${channels[channel]}`,
      onchange: ({ target }) => wish(app, target, kind, channel),
    });
  const row = (kind) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, kinds[kind]),
      Object.keys(channels).map((channel) => h("td", {}, box(kind, channel))),
    );
  return h(
    "section",
    { class: "card", "aria-labelledby": "notices" },
    h("h2", { id: "notices" }, t.mails.notices),
    h("p", { class: "fine" }, t.mails.always),
    table(t.mails.notices, [t.mails.when, ...Object.values(channels)], Object.keys(kinds).map(row)),
  );
}

async function wish(app, target, kind, channel) {
  try {
    await app.api.patch(PATH, { [kind]: { [channel]: target.checked } });
  } catch (error) {
    target.checked = !target.checked;
    app.toasts.show(told(error));
  }
}
