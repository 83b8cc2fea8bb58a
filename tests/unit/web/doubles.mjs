/** Stand-ins for what a browser has around the modules under test. */

export class MemoryStorage {
  #items = new Map();
  getItem(name) {
    return this.#items.get(name) ?? null;
  }
  setItem(name, value) {
    this.#items.set(name, value);
  }
  removeItem(name) {
    this.#items.delete(name);
  }
}

/** Tabs of one site: what one posts, the others hear. */
export function channels(number) {
  const all = Array.from({ length: number }, () => new EventTarget());
  for (const channel of all) {
    channel.postMessage = (data) => {
      for (const other of all) if (other !== channel) other.dispatchEvent(new MessageEvent("message", { data }));
    };
  }
  return all;
}

export function tokenAnswer(generation, user = { userId: "usr_ada", name: "Ada", role: "learner" }) {
  return { token: `access-${generation}`, refreshToken: `refresh-${generation}`, user };
}

/** What `fetch` resolves to. */
export function answer(status, body = null, headers = {}) {
  return new Response(body === null ? null : JSON.stringify(body), { status, headers });
}

export class FakeSocket extends EventTarget {
  static all = [];
  sent = [];
  isClosed = false;

  constructor(address) {
    super();
    this.address = address;
    FakeSocket.all.push(this);
  }

  static get latest() {
    return FakeSocket.all.at(-1);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    if (this.isClosed) return;
    this.isClosed = true;
    this.dispatchEvent(new Event("close"));
  }

  opens() {
    this.dispatchEvent(new Event("open"));
  }

  receives(message) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }
}

/** Lets everything that waits for nothing but its turn go on. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

export function push(type, eventId, data) {
  return { type, eventId, data, occurredAt: "2026-01-01T10:00:00Z" };
}
