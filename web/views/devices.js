import { confirmed, fill, h, hidden, named, time } from "../dom.js";
import { listening, pressing } from "../press.js";
import { t } from "../strings.js";
import { section } from "./parts.js";

const PATH = "/v1/learner/me/sessions";

/** Where one is signed in, and the way to end that. */
export async function devicesView(app, { signal }) {
  const list = h("ul", { class: "rows", "aria-label": t.devices.list });
  const link = h("div", {});
  const said = h("p", { role: "status", tabindex: -1 });
  const others = pressing(app, { class: "quiet" }, t.devices.endOthers, endOthers);

  async function load() {
    const { sessions, calendarLink } = await app.api.get(PATH, {}, { signal });
    fill(list, sessions.map(row));
    others.hidden = sessions.length < 2;
    fill(link, calendarLink && calendar(sessions, calendarLink));
  }

  /** The button that was pressed is gone: reading goes on with the outcome. */
  async function tell(text) {
    await load();
    fill(said, text).focus();
  }

  async function endOthers() {
    if (!(await confirmed(t.devices.endOthersQuestion, t.devices.endOthersYes))) return;
    await app.api.delete(PATH);
    await tell(t.devices.alone);
  }

  async function end({ sessionId, device, current }) {
    await app.api.delete(`${PATH}/${encodeURIComponent(sessionId)}`);
    if (current) app.session.end("signed out");
    else await tell(t.devices.ended(named(device ?? t.devices.nameless)));
  }

  function row(session) {
    const name = session.device ?? t.devices.nameless;
    const button = h(
      "button",
      { type: "button", class: "quiet" },
      t.nav.signOut,
      hidden(" ", session.current ? t.devices.thisOne : name),
    );
    return h(
      "li",
      { class: "row" },
      h(
        "div",
        {},
        h("strong", {}, named(name)),
        session.current && ` (${t.devices.thisOne})`,
        h("p", { class: "fine" }, t.devices.used(time(session.createdAt), time(session.lastUsedAt))),
      ),
      listening(app, button, () => end(session)),
    );
  }

  function calendar(sessions, { createdAt, sessionId }) {
    const maker = sessions.find((one) => one.sessionId === sessionId);
    const by = maker ? named(maker.device ?? t.devices.nameless) : t.devices.gone;
    return section(
      "calendar",
      t.settings.link,
      h("p", {}, t.devices.linkMade(time(createdAt), by)),
      pressing(app, { class: "quiet" }, t.devices.revoke, async () => {
        if (!(await confirmed(t.devices.revokeQuestion, t.devices.revokeYes))) return;
        await app.api.delete("/v1/learner/me/calendar");
        await tell(t.devices.revoked);
      }),
    );
  }

  await load();
  return {
    title: t.devices.title,
    content: [h("p", {}, h("a", { href: "#/me/settings" }, t.common.back(t.settings.title))), said, list, others, link],
  };
}
