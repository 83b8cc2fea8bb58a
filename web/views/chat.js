import { fill, form, h, hold, isHeld, time } from "../dom.js";
import { listening } from "../press.js";

const TYPING_EVERY_SECONDS = 3;

/** Conversations, and one of them. On a phone one or the other is shown. */
export async function chatView(app, { params: [peerId], signal }) {
  const { inbox, realtime, session } = app;
  const list = h("ul", { class: "conversations", "aria-label": "Conversations" });
  const showList = () => fill(list, ...inbox.conversations.map((one) => entry(one, peerId)));
  inbox.addEventListener("change", showList, { signal });
  signal.addEventListener("abort", () => inbox.close());
  // Without a connection nothing brings the list by itself.
  if (!realtime.isOnline) await inbox.refresh();
  showList();
  if (peerId === undefined) {
    const hint = h("p", {}, "Choose a conversation, or find somebody on ", h("a", { href: "#/me" }, "your page"), ".");
    return { title: "Chat", content: h("div", { class: "chat" }, list, hint) };
  }
  const conversation = await inbox.open(peerId);
  return {
    title: conversation.peer.name,
    content: h("div", { class: "chat open" }, list, dialogue(app, conversation, session.user.userId, signal)),
  };
}

function entry({ peer, lastMessage, unread }, current) {
  return h(
    "li",
    {},
    h(
      "a",
      { href: `#/chat/${peer.userId}`, "aria-current": peer.userId === current ? "true" : null },
      h("span", { class: "who" }, peer.name),
      unread > 0 && h("span", { class: "badge" }, unread, h("span", { class: "hidden" }, " unread")),
      h("span", { class: "fine clamped" }, lastMessage?.message ?? ""),
    ),
  );
}

function dialogue(app, conversation, me, signal) {
  const { inbox, realtime } = app;
  const peerId = conversation.peer.userId;
  const messages = h("ol");
  // A log: what is added at its end is read out. With the keyboard one can scroll it.
  const log = h(
    "div",
    { class: "messages", role: "log", "aria-label": `Messages with ${conversation.peer.name}`, tabindex: 0 },
    messages,
  );
  const older = listening(app, h("button", { type: "button", class: "quiet" }, "Earlier messages"), () =>
    inbox.loadOlder(peerId),
  );
  const state = h("p", { class: "fine state", role: "status" });
  const items = new Map();

  /** Elements are kept from one change to the next: made anew, all messages would be read out again. */
  function item(key, make) {
    if (!items.has(key)) items.set(key, make());
    return items.get(key);
  }

  function again(letter) {
    const button = h("button", { type: "button", class: "quiet" }, "Try again");
    button.addEventListener("click", () => isHeld(button) || inbox.resend(peerId, letter));
    hold(button, Math.ceil((letter.notBefore - Date.now()) / 1000));
    return button;
  }

  function show() {
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    older.hidden = !conversation.hasOlder;
    const wanted = [
      ...conversation.messages.map((message) => {
        const element = item(message.messageId, () => bubble(message, message.senderId === me));
        element.classList.toggle("read", message.isRead);
        return element;
      }),
      ...conversation.outbox.map((letter) => {
        const element = item(letter.clientMessageId, () =>
          h("li", { class: "bubble mine pending" }, h("p", {}, letter.message), h("p", { class: "problem" })),
        );
        fill(element.lastChild, letter.problem && [letter.problem, " ", again(letter)]);
        return element;
      }),
    ];
    arrange(messages, wanted);
    if (isAtEnd) log.scrollTop = log.scrollHeight;
    const isTyping = conversation.typingUntil > Date.now();
    const text = !realtime.isOnline
      ? "No connection. What you write is sent as soon as there is one."
      : isTyping
        ? `${conversation.peer.name} is writing …`
        : "";
    // Set only when it changes, or it would be read out again and again.
    if (state.textContent !== text) fill(state, text);
  }

  let told = 0;
  const text = h("textarea", {
    name: "message",
    rows: 2,
    maxlength: 4000,
    "aria-label": `Message to ${conversation.peer.name}`,
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
    { class: "compose", "aria-label": "Write" },
    async ({ message }) => {
      if (message.trim() === "") return;
      inbox.send(peerId, message.trim());
      text.value = "";
      told = 0;
      log.scrollTop = log.scrollHeight;
    },
    text,
    h("button", {}, "Send"),
  );

  inbox.addEventListener(
    "change",
    ({ detail }) => {
      if (detail === null || detail === conversation) show();
    },
    { signal },
  );
  for (const type of ["online", "offline"]) realtime.addEventListener(type, show, { signal });
  document.addEventListener("visibilitychange", () => inbox.markRead(peerId), { signal });
  show();
  // Its height is known once it is on the page.
  requestAnimationFrame(() => {
    log.scrollTop = log.scrollHeight;
  });
  return h(
    "div",
    { class: "dialogue" },
    h("a", { class: "back", href: "#/chat" }, "← All conversations"),
    older,
    log,
    state,
    compose,
  );
}

function bubble({ message, createdAt }, isMine) {
  return h(
    "li",
    { class: isMine ? "bubble mine" : "bubble" },
    h("p", {}, message),
    h("p", { class: "fine" }, time(createdAt, { timeStyle: "short" })),
  );
}

/** Makes `wanted` the children, moving and adding no more than necessary. */
function arrange(parent, wanted) {
  const kept = new Set(wanted);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  for (const [index, element] of wanted.entries()) {
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  }
}
