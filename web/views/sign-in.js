import { field, form, h } from "../dom.js";

/** Sign in, or a new account. */
export async function signInView(app) {
  const arrived = () => (location.hash === "#/sign-in" ? app.go("#/learning") : app.show({ moveFocus: true }));

  const signIn = form(
    { class: "card", "aria-labelledby": "sign-in" },
    async ({ email, password }) => {
      await app.api.signIn(email, password);
      arrived();
    },
    h("h2", { id: "sign-in" }, "I have an account"),
    field("Email", { name: "email", type: "email", autocomplete: "username", required: true }),
    field("Password", { name: "password", type: "password", autocomplete: "current-password", required: true }),
    h("button", {}, "Sign in"),
  );

  const register = form(
    { class: "card", "aria-labelledby": "register" },
    async ({ name, email, password }) => {
      await app.api.register({ name, email, password });
      arrived();
    },
    h("h2", { id: "register" }, "I am new here"),
    field("Name", { name: "name", autocomplete: "name", required: true }),
    field("Email", { name: "email", type: "email", autocomplete: "email", required: true }),
    field("Password", { name: "password", type: "password", autocomplete: "new-password", required: true }),
    h("p", { class: "fine" }, "At least 8 characters, one of them upper-case and one neither letter nor digit."),
    h("button", {}, "Register"),
  );

  return { title: "Sign in", content: h("div", { class: "columns" }, signIn, register) };
}
