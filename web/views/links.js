import { fill, h, named } from "../dom.js";
import { field, form } from "../forms.js";
import { newPasswordField } from "../passwords.js";
import { t } from "../strings.js";

/**
 * The pages that the links of mails lead to. Opening one does nothing: what a link is for is done by pressing a button,
 * since programs that look into mails open every link, too.
 */

/** Confirms an address. */
export async function verifyView(app, { query }) {
  const words = t.links.verify;
  return linkPage(app, query, words, async (token) => {
    const { user } = await app.api.open("/v1/learner/auth/verify", { token });
    const own = app.session.user;
    // Another address is another account to every device.
    if (own?.userId === user.userId && own.email !== user.email) return signInAgain(app, words.moved(user.email));
    app.session.learn(user);
    const [hash, text] = own === null ? ["#/sign-in", t.links.toSignIn] : ["#/catalogue", t.links.toCatalogue];
    return [h("p", {}, words.done(named(user.email))), h("p", {}, h("a", { href: hash }, text))];
  });
}

/** Takes a change of address back. */
export async function undoView(app, { query }) {
  return linkPage(app, query, t.links.undo, async (token) => {
    await app.api.open("/v1/learner/auth/undo", { token });
    return signInAgain(app, t.links.undo.done);
  });
}

/** Ends a kind of mail. */
export async function unsubscribeView(app, { query }) {
  return linkPage(app, query, t.links.unsubscribe, async (token) => {
    await app.api.open(`/v1/unsubscribe?token=${encodeURIComponent(token)}`);
    return h("p", {}, t.links.unsubscribe.done);
  });
}

/** A new password, by a link. */
export async function resetView(app, { query }) {
  const token = query.get("token") ?? "";
  const words = t.links.reset;
  const element = form(
    { class: "card narrow", "aria-label": words.name },
    async ({ newPassword }) => {
      await opened(() => app.api.open("/v1/learner/auth/reset", { token, newPassword }), words.again);
      signInAgain(app, words.done);
    },
    newPasswordField(t.settings.newPassword, "newPassword"),
    h("button", {}, words.act),
  );
  return { title: words.title, content: [element, h("p", {}, h("a", { href: "#/forgot" }, words.another))] };
}

/** The way to such a link. */
export async function forgotView(app) {
  const words = t.links.forgot;
  const content = h("div", {});
  const element = form(
    { class: "card narrow", "aria-label": words.title },
    async ({ email }) => {
      await app.api.open("/v1/learner/auth/forgot", { email });
      fill(content, h("p", { role: "status" }, words.done), h("p", {}, words.more));
    },
    h("p", {}, words.about),
    field(t.signIn.email, { name: "email", type: "email", autocomplete: "username", required: true }),
    h("button", {}, words.act),
  );
  return { title: words.title, content: fill(content, element) };
}

function linkPage(_app, query, words, act) {
  const token = query.get("token");
  const content = h("div", {});
  if (!token) return { title: words.title, content: h("p", { role: "alert" }, t.links.torn) };
  const element = form(
    { class: "card narrow", "aria-label": words.title },
    async () => {
      const done = await opened(() => act(token), words.again);
      if (done === null) return;
      // A token that was used stays neither in the address bar nor in the history.
      history.replaceState(null, "", location.hash.split("?")[0]);
      fill(content, h("div", { role: "status" }, done));
    },
    h("p", {}, words.about),
    h("button", {}, words.act),
  );
  return { title: words.title, content: fill(content, element) };
}

/** Says of a link that is refused what there is to do. */
async function opened(open, again) {
  try {
    return await open();
  } catch (error) {
    if (error.code === "UNAUTHENTICATED") error.message = `${t.links.dead} ${again}`;
    if (error.code === "TOKEN_EXPIRED") error.message = `${t.links.late} ${again}`;
    throw error;
  }
}

/** Every session has ended by the link, which stays neither in the address bar nor in the history. */
function signInAgain(app, notice) {
  history.replaceState(null, "", "#/sign-in");
  app.session.end("signed out");
  app.notice = notice;
  app.show({ moveFocus: true });
  return null;
}
