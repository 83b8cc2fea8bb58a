/** One conversation: what was said, day by day, and a place to write. */

import { arrange, dated, fill, h, hidden, named, time } from "../dom.js";
import { form, textArea } from "../forms.js";
import { hold, isHeld } from "../hold.js";
import { pressing } from "../press.js";
import { t } from "../strings.js";

const TYPING_EVERY_SECONDS = 3;

export function dialogue(app, conversation, signal) {
  const { inbox, realtime } = app;
  const peerId = conversation.peer.userId;
  const name = conversation.peer.name ?? t.chat.stranger;
  const messages = h("ol");
  // A log: what is added at its end is read out. With the keyboard one can scroll it.
  const log = h("div", { class: "messages", role: "log", "aria-label": t.chat.messages(name), tabindex: 0 }, messages);
  const older = pressing(app, { class: "quiet" }, t.chat.earlier, () => inbox.loadOlder(peerId));
  const state = h("p", { class: "fine state", role: "status" });
  const rows = rowsOf(app, conversation, name);

  function show() {
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    older.hidden = !conversation.hasOlder;
    arrange(messages, rows());
    if (isAtEnd) log.scrollTop = log.scrollHeight;
    const isTyping = conversation.typingUntil > Date.now();
    const text = realtime.isOnline ? (isTyping ? t.chat.typing(named(name)) : null) : t.chat.offline;
    const said = h("p", {}, text);
    // Set only when it changes, or it would be read out again and again.
    if (state.textContent !== said.textContent) fill(state, ...said.childNodes);
  }

  inbox.addEventListener("change", ({ detail }) => (detail === null || detail === conversation) && show(), { signal });
  for (const type of ["online", "offline"]) realtime.addEventListener(type, show, { signal });
  document.addEventListener("visibilitychange", () => inbox.markRead(peerId), { signal });
  show();
  // Its height is known once it is on the page.
  requestAnimationFrame(() => {
    log.scrollTop = log.scrollHeight;
  });
  const toEnd = () => {
    log.scrollTop = log.scrollHeight;
  };
  return h(
    "div",
    { class: "dialogue" },
    h("a", { class: "back", href: "#/chat" }, t.common.back(t.chat.all)),
    older,
    log,
    state,
    composer(app, conversation, name, toEnd),
  );
}

/** Elements are kept from one change to the next: made anew, all messages would be read out again. */
function rowsOf(app, conversation, name) {
  const { inbox, session } = app;
  const me = session.user.userId;
  const peerId = conversation.peer.userId;
  const items = new Map();

  function item(key, make) {
    if (!items.has(key)) items.set(key, make());
    return items.get(key);
  }

  function again(letter) {
    const button = h("button", { type: "button", class: "quiet" }, t.common.again);
    button.addEventListener("click", () => isHeld(button) || inbox.resend(peerId, letter));
    hold(button, Math.ceil((letter.notBefore - Date.now()) / 1000));
    return button;
  }

  function accepted(message) {
    const isMine = message.senderId === me;
    const element = item(message.messageId, () => bubble(message, isMine ? t.chat.me : name, isMine));
    if (isMine) fill(element.lastChild.lastChild, message.isRead && [" · ", t.chat.read]);
    element.classList.toggle("read", message.isRead);
    return element;
  }

  function pending(letter) {
    const element = item(letter.clientMessageId, () =>
      h(
        "li",
        { class: "bubble mine pending" },
        h("p", { dir: "auto" }, h("span", { class: "said" }, letter.message)),
        h("p", { class: "problem" }),
      ),
    );
    fill(element.lastChild, letter.problem && [letter.problem, " ", again(letter)]);
    return element;
  }

  return () => {
    const shown = [];
    let day = null;
    for (const message of conversation.messages) {
      const of = new Date(message.createdAt).toDateString();
      if (of !== day) shown.push(item(`day ${of}`, () => separator(message.createdAt)));
      day = of;
      shown.push(accepted(message));
    }
    return [...shown, ...conversation.outbox.map(pending)];
  };
}

function separator(moment) {
  return h("li", { class: "day" }, dated(moment, { dateStyle: "full" }));
}

/** The message first; below it when, and at one's own whether it was read. Who wrote it is seen by its side. */
function bubble({ message, createdAt }, author, isMine) {
  return h(
    "li",
    { class: isMine ? "bubble mine" : "bubble" },
    h("p", { dir: "auto" }, hidden(author, ": "), h("span", { class: "said" }, message)),
    h("p", { class: "fine" }, time(createdAt, { timeStyle: "short" }), h("span", {})),
  );
}

function composer({ inbox }, conversation, name, toEnd) {
  const peerId = conversation.peer.userId;
  let told = 0;
  const text = textArea({
    name: "message",
    rows: 2,
    maxlength: 4000,
    "aria-label": t.chat.messageTo(name),
    "data-focus": "message",
    oninput: () => {
      if (Date.now() - told < TYPING_EVERY_SECONDS * 1000) return;
      told = Date.now();
      inbox.typing(peerId);
    },
    onkeydown: (event) => {
      // Enter sends, Shift + Enter makes a new line; not while an input method composes a character.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      compose.requestSubmit();
    },
  });
  const compose = form(
    { class: "compose", "aria-label": t.chat.write, draft: `chat-${peerId}`, "data-quiet": true },
    async ({ message }) => {
      if (message.trim() === "") return;
      inbox.send(peerId, message.trim());
      text.value = "";
      told = 0;
      toEnd();
    },
    text,
    h("button", {}, t.chat.send),
  );
  return compose;
}
