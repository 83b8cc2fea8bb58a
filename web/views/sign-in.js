import { ApiError } from "../api.js";
import { field, form, h, release } from "../dom.js";

const SUSPENDED = "This account is suspended. You can sign in again when an administrator has let you in.";

/** Sign in, or a new account; then on to `next`, an address of this site. */
export async function signInView(app, { query }) {
  const next = query.get("next");
  const enter = h("button", {}, "Sign in");
  const signIn = form(
    { class: "card", "aria-labelledby": "sign-in" },
    async ({ email, password }) => {
      await signedIn(app, email, password);
      app.arrived(next);
    },
    h("h2", { id: "sign-in" }, "I have an account"),
    field("Email", { name: "email", type: "email", autocomplete: "username", required: true }),
    field("Password", { name: "password", type: "password", autocomplete: "current-password", required: true }),
    enter,
  );

  // Too many wrong passwords of one account are no reason to keep another one waiting.
  signIn.elements.email.addEventListener("input", () => release(enter));

  const register = form(
    { class: "card", "aria-labelledby": "register" },
    async ({ name, email, password }) => {
      await app.api.register({ name, email, password });
      app.arrived(next);
    },
    h("h2", { id: "register" }, "I am new here"),
    field("Name", { name: "name", autocomplete: "name", required: true }),
    field("Email", { name: "email", type: "email", autocomplete: "email", required: true }),
    field("Password", { name: "password", type: "password", autocomplete: "new-password", required: true }),
    h("p", { class: "fine" }, "At least 8 characters, one of them upper-case and one neither letter nor digit."),
    h("button", {}, "Register"),
  );

  return {
    title: "Sign in",
    content: [
      app.notice && h("p", { class: "notice", role: "alert" }, app.notice),
      h("div", { class: "columns" }, signIn, register),
    ],
  };
}

async function signedIn(app, email, password) {
  try {
    await app.api.signIn(email, password);
  } catch (error) {
    if (error.code !== "ACCOUNT_SUSPENDED") throw error;
    throw new ApiError(error.status, { code: error.code, message: SUSPENDED });
  }
}
