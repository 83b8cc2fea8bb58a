import { NetworkError } from "../api.js";
import { dated, fill, h, hidden, named } from "../dom.js";
import { t } from "../strings.js";
import { dialogue } from "./dialogue.js";

/** Conversations, and one of them. On a phone one or the other is shown. */
export async function chatView(app, { params: [peerId], signal }) {
  const { inbox, realtime } = app;
  const list = h("ul", { class: "conversations", "aria-label": t.chat.conversations });
  const showList = () => fill(list, ...inbox.conversations.map((one) => entry(one, peerId)));
  inbox.addEventListener("change", showList, { signal });
  signal.addEventListener("abort", () => inbox.close());
  // Without a connection nothing brings the list by itself.
  if (!realtime.isOnline) await refreshed(inbox);
  showList();
  if (peerId === undefined) {
    const hint = h("p", { class: "fine" }, inbox.conversations.length === 0 ? t.chat.none : t.chat.choose, " ");
    hint.append(h("a", { href: "#/courses" }, t.chat.find));
    return { title: t.nav.chat, content: h("div", { class: "chat" }, list, hint) };
  }
  const conversation = await inbox.open(peerId);
  return {
    title: named(conversation.peer.name ?? t.chat.stranger),
    content: h("div", { class: "chat open" }, list, dialogue(app, conversation, signal)),
  };
}

async function refreshed(inbox) {
  try {
    await inbox.refresh();
  } catch (error) {
    // The conversations that are known are shown; the next connection brings the rest.
    if (!(error instanceof NetworkError) || inbox.conversations.length === 0) throw error;
  }
}

function entry({ peer, lastMessage, unread }, current) {
  return h(
    "li",
    {},
    h(
      "a",
      { href: `#/chat/${peer.userId}`, "aria-current": peer.userId === current ? "true" : null },
      h("span", { class: "who" }, named(peer.name ?? t.chat.stranger)),
      unread > 0 && h("span", { class: "badge" }, unread, hidden(" ", t.nav.unread)),
      lastMessage && h("span", { class: "fine moment" }, momentOf(lastMessage.createdAt)),
      h("span", { class: "fine clamped", dir: "auto" }, lastMessage?.message ?? ""),
    ),
  );
}

/** Today the time, else the day. */
function momentOf(moment) {
  const isToday = new Date(moment).toDateString() === new Date().toDateString();
  return dated(moment, isToday ? { timeStyle: "short" } : { day: "numeric", month: "short" });
}
