import { ApiError } from "../api.js";
import { h } from "../dom.js";
import { field, form } from "../forms.js";
import { release } from "../hold.js";
import { newPasswordField, passwordField } from "../passwords.js";
import { t } from "../strings.js";

/** Sign in, then on to `next`, an address of this site. */
export async function signInView(app, { query }) {
  const next = query.get("next");
  const enter = h("button", {}, t.signIn.enter);
  const element = form(
    { class: "card narrow", "aria-label": t.signIn.title, draft: "sign-in" },
    async ({ email, password }) => {
      await app.api.signIn(email, password);
      app.arrived(next);
    },
    field(t.signIn.email, { name: "email", type: "email", autocomplete: "username", required: true }),
    passwordField(t.signIn.password, "password"),
    enter,
    h("p", {}, h("a", { href: "#/forgot" }, t.links.forgot.link)),
  );
  // Too many wrong passwords of one account are no reason to keep another one waiting.
  element.elements.email.addEventListener("input", () => release(enter));
  return {
    title: t.signIn.title,
    content: [
      app.notice && h("p", { class: "notice", role: "alert" }, app.notice),
      element,
      h("p", {}, t.signIn.isNew, " ", h("a", { href: onward("#/register", next) }, t.register.title)),
    ],
  };
}

/** A new account, then on to `next`. */
export async function registerView(app, { query }) {
  const next = query.get("next");
  const element = form(
    { class: "card narrow", "aria-label": t.register.title, draft: "register" },
    async ({ name, email, password }) => {
      try {
        await app.api.register({ name, email, password });
      } catch (error) {
        if (error.code !== "EMAIL_ALREADY_REGISTERED") throw error;
        // Said beside the field that it is about.
        const fields = [{ field: "email", message: t.errors.codes.EMAIL_ALREADY_REGISTERED }];
        throw new ApiError(error.status, { code: error.code, details: { fields } });
      }
      app.arrived(next);
    },
    field(t.register.name, { name: "name", autocomplete: "name", required: true }),
    field(t.signIn.email, { name: "email", type: "email", autocomplete: "email", required: true }),
    newPasswordField(t.signIn.password, "password"),
    h("button", {}, t.register.enter),
  );
  return {
    title: t.register.title,
    content: [
      element,
      h("p", {}, t.register.isKnown, " ", h("a", { href: onward("#/sign-in", next) }, t.signIn.title)),
    ],
  };
}

function onward(hash, next) {
  return next === null ? hash : `${hash}?${new URLSearchParams({ next })}`;
}
