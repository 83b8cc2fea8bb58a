import { confirmed, fill, h, time } from "../dom.js";
import { listening } from "../press.js";

const PATH = "/v1/learner/me/sessions";

/** Where one is signed in, and the way to end that. */
export async function devicesView(app, { signal }) {
  const list = h("ul", { class: "rows", "aria-label": "Devices" });
  const link = h("div", {});
  const said = h("p", { role: "status", tabindex: -1 });
  const others = listening(
    app,
    h("button", { type: "button", class: "quiet" }, "Sign out all other devices"),
    endOthers,
  );

  async function load() {
    const { sessions, calendarLink } = await app.api.get(PATH, {}, { signal });
    fill(list, sessions.map(row));
    others.hidden = sessions.length < 2;
    fill(link, calendarLink && calendar(sessions, calendarLink));
  }

  /** What was pressed is gone: reading goes on with what came of it. */
  async function tell(text) {
    await load();
    fill(said, text).focus();
  }

  async function endOthers() {
    if (!(await confirmed("Sign out everywhere but here?", "Sign out the others"))) return;
    await app.api.delete(PATH);
    await tell("You are signed in on this device alone.");
  }

  async function end({ sessionId, device, current }) {
    await app.api.delete(`${PATH}/${encodeURIComponent(sessionId)}`);
    if (current) app.session.end("signed out");
    else await tell(`${device ?? "The device"} is signed out.`);
  }

  function row(session) {
    const name = session.device ?? "A device without a name";
    const button = h(
      "button",
      { type: "button", class: "quiet" },
      "Sign out",
      h("span", { class: "hidden" }, session.current ? " this device" : ` ${name}`),
    );
    return h(
      "li",
      { class: "row" },
      h(
        "div",
        {},
        h("strong", {}, name),
        session.current && " (this device)",
        h("p", { class: "fine" }, "Since ", time(session.createdAt), ", last used ", time(session.lastUsedAt)),
      ),
      listening(app, button, () => end(session)),
    );
  }

  function calendar(sessions, { createdAt, sessionId }) {
    const maker = sessions.find((one) => one.sessionId === sessionId);
    const by = maker ? `by ${maker.device ?? "a device without a name"}` : "by a device that is signed out";
    return h(
      "section",
      { "aria-labelledby": "calendar" },
      h("h2", { id: "calendar" }, "Calendar link"),
      h("p", {}, "Made ", time(createdAt), ` ${by}. Whoever has it reads your calendar, signed in or not.`),
      listening(app, h("button", { type: "button", class: "quiet" }, "Revoke the link"), async () => {
        if (!(await confirmed("Revoke the link? Calendars that follow it stop being updated.", "Revoke"))) return;
        await app.api.delete("/v1/learner/me/calendar");
        await tell("The calendar link is revoked.");
      }),
    );
  }

  await load();
  return {
    title: "Signed-in devices",
    content: [h("p", {}, h("a", { href: "#/me" }, "← My page")), said, list, others, link],
  };
}
