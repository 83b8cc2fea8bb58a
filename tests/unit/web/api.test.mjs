import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, ApiError, NetworkError } from "../../../web/api.js";
import { Devices } from "../../../web/devices.js";
import { Session } from "../../../web/session.js";
import { answer, channels, MemoryStorage, tokenAnswer } from "./doubles.mjs";

const EXPIRED = { status: "error", code: "TOKEN_EXPIRED", message: "The token is past its time.", details: {} };

/** A server that knows one access token at a time; `calls` are method and path of all requests. */
class Server {
  calls = [];
  generation = 1;
  accepted = "access-1";
  waited = [];
  refusal = "UNAUTHENTICATED";

  constructor(routes = {}) {
    this.routes = routes;
    this.kept = new MemoryStorage();
    this.session = new Session(new MemoryStorage(), channels(1)[0]);
    this.api = new Api("https://api.example", this.session, {
      fetch: (address, request) => this.#answer(new URL(address), request),
      wait: async (seconds) => this.waited.push(seconds),
      devices: new Devices("Firefox/140.0 (Linux)", () => this.kept),
    });
  }

  signIn() {
    this.session.accept(tokenAnswer(1));
  }

  count(call) {
    return this.calls.filter((one) => one === call).length;
  }

  async #answer({ pathname, search }, { method, headers, body }) {
    const call = `${method} ${pathname}${search}`;
    this.calls.push(call);
    if (pathname.endsWith("/auth/refresh")) {
      if (JSON.parse(body).refreshToken !== `refresh-${this.generation}`)
        return answer(401, { ...EXPIRED, code: this.refusal });
      this.generation += 1;
      this.accepted = `access-${this.generation}`;
      return answer(201, tokenAnswer(this.generation));
    }
    if (headers.Authorization !== undefined && headers.Authorization !== `Bearer ${this.accepted}`)
      return answer(401, EXPIRED);
    return this.routes[call]?.(body) ?? answer(200, { data: { path: pathname } });
  }
}

test("ten calls that find the token lapsed share one refresh, and all are answered", async () => {
  const server = new Server();
  server.signIn();
  server.accepted = "another one";
  const found = await Promise.all(Array.from({ length: 10 }, (_, number) => server.api.get(`/v1/${number}`)));
  assert.deepEqual(
    found.map(({ path }) => path),
    Array.from({ length: 10 }, (_, number) => `/v1/${number}`),
  );
  assert.equal(server.count("POST /v1/learner/auth/refresh"), 1);
});

test("a call that was under way while another renewed the token does not renew it again", async () => {
  const server = new Server();
  server.signIn();
  let late;
  server.routes["GET /v1/late"] = () =>
    late === undefined
      ? new Promise((resolve) => {
          late = resolve;
        })
      : undefined;
  const waiting = server.api.get("/v1/late");
  server.accepted = "another one";
  await server.api.get("/v1/early");
  late(answer(401, EXPIRED));
  assert.deepEqual(await waiting, { path: "/v1/late" });
  assert.equal(server.count("POST /v1/learner/auth/refresh"), 1);
});

function reasonsOf(session) {
  const reasons = [];
  session.addEventListener("ended", ({ detail }) => reasons.push(detail));
  return reasons;
}

test("a refused refresh ends the session, and the first refusal is what the caller sees", async () => {
  for (const [refusal, reason] of [
    ["UNAUTHENTICATED", "ended"],
    ["TOKEN_REUSED", "ended"],
    ["TOKEN_EXPIRED", "expired"],
  ]) {
    const server = new Server();
    server.signIn();
    Object.assign(server, { accepted: "another one", generation: 7, refusal });
    const reasons = reasonsOf(server.session);
    await assert.rejects(
      server.api.get("/v1/courses"),
      (error) => error instanceof ApiError && error.code === "TOKEN_EXPIRED",
    );
    assert.deepEqual(reasons, [reason]);
    assert.equal(server.session.refreshToken, null);
    assert.equal(server.count("POST /v1/learner/auth/refresh"), 1);
  }
});

test("a session that ends between the refresh and the second try is over, after one refresh", async () => {
  const ended = { ...EXPIRED, code: "UNAUTHENTICATED" };
  const server = new Server({ "GET /v1/courses": () => answer(401, ended) });
  server.signIn();
  const reasons = reasonsOf(server.session);
  await assert.rejects(server.api.get("/v1/courses"), (error) => error.code === "UNAUTHENTICATED");
  assert.deepEqual(reasons, ["ended"]);
  assert.equal(server.count("POST /v1/learner/auth/refresh"), 1);
});

test("a reload of an ended session is told that it has ended", async () => {
  const storage = new MemoryStorage();
  new Session(storage, channels(1)[0]).accept(tokenAnswer(1));
  const reloaded = new Session(storage, channels(1)[0]);
  const reasons = reasonsOf(reloaded);
  const api = new Api("https://api.example", reloaded, { fetch: async () => answer(401, EXPIRED) });
  assert.equal(await api.resume(), false);
  assert.deepEqual(reasons, ["expired"]);
});

test("a wrong password signs nobody out and costs no refresh", async () => {
  const wrong = { ...EXPIRED, code: "INVALID_CREDENTIALS" };
  const server = new Server({ "DELETE /v1/learner/me": () => answer(401, wrong) });
  server.signIn();
  await assert.rejects(server.api.eraseAccount("wrong"), (error) => error.code === "INVALID_CREDENTIALS");
  assert.deepEqual(server.calls, ["DELETE /v1/learner/me"]);
  assert.equal(server.session.user.name, "Ada");
});

test("an erased account leaves nothing here", async () => {
  const bodies = [];
  const server = new Server({
    "DELETE /v1/learner/me": (body) => {
      bodies.push(JSON.parse(body));
      return answer(204);
    },
  });
  const user = { userId: "usr_ada", name: "Ada", email: "ada@people.example", role: "learner" };
  server.session.accept(tokenAnswer(1, user));
  server.kept.setItem("peerlearn.deviceToken.ada@people.example", "device-1");
  await server.api.eraseAccount("Right-1843");
  assert.deepEqual(bodies, [{ password: "Right-1843" }]);
  assert.equal(server.session.user, null);
  assert.equal(server.kept.getItem("peerlearn.deviceToken.ada@people.example"), null);
});

test("a device says its name, and from the second sign-in on shows what the first one was answered", async () => {
  const bodies = [];
  const signedIn = (generation) => (body) => {
    bodies.push(JSON.parse(body));
    return answer(201, { ...tokenAnswer(generation), deviceToken: `device-${generation}` });
  };
  const server = new Server({
    "POST /v1/learner/auth/register": signedIn(1),
    "POST /v1/learner/auth/login": signedIn(2),
  });
  const deviceName = "Firefox on Linux";
  await server.api.register({ name: "Ada", email: "ada@people.example", password: "p" });
  await server.api.signIn("ADA@people.example", "p");
  await server.api.signIn("ada@people.example", "p");
  await server.api.signIn("bob@people.example", "p");
  assert.deepEqual(bodies, [
    { name: "Ada", email: "ada@people.example", password: "p", deviceName },
    { email: "ADA@people.example", password: "p", deviceToken: "device-1", deviceName },
    { email: "ada@people.example", password: "p", deviceToken: "device-2", deviceName },
    { email: "bob@people.example", password: "p", deviceName },
  ]);
});

test("a network that is away does not sign anybody out", async () => {
  const session = new Session(new MemoryStorage(), channels(1)[0]);
  session.accept(tokenAnswer(1));
  const api = new Api("https://api.example", session, {
    fetch: () => Promise.reject(new TypeError("Failed to fetch")),
  });
  await assert.rejects(api.resume(), NetworkError);
  assert.equal(session.refreshToken, "refresh-1");
});

test("reading is repeated when the server says when, writing is not", async () => {
  const server = new Server();
  const busy = { status: "error", code: "TEMPORARILY_UNAVAILABLE", message: "Busy.", details: {} };
  let left = 1;
  server.routes["GET /v1/courses"] = () => (left-- > 0 ? answer(503, busy, { "Retry-After": "2" }) : undefined);
  await server.api.get("/v1/courses");
  assert.deepEqual(server.waited, [2]);

  server.routes["POST /v1/courses/c/enroll"] = () => answer(503, busy, { "Retry-After": "2" });
  await assert.rejects(
    server.api.post("/v1/courses/c/enroll"),
    (error) => error.status === 503 && error.retryAfter === 2,
  );
  assert.equal(server.count("POST /v1/courses/c/enroll"), 1);
});

test("an answer that is not JSON is a refusal like any other", async () => {
  const server = new Server({ "GET /v1/courses": () => new Response("<h1>Bad gateway</h1>", { status: 502 }) });
  await assert.rejects(server.api.get("/v1/courses"), (error) => error instanceof ApiError && error.status === 502);
});

test("a list is walked by its cursors, without empty filters", async () => {
  const page = (courses, next) => answer(200, { data: { courses }, metadata: { total: 3, ...(next && { next }) } });
  const server = new Server({
    "GET /v1/courses?limit=100&level=beginner": () => page([1, 2], "c2"),
    "GET /v1/courses?limit=100&level=beginner&cursor=c2": () => page([3]),
  });
  assert.deepEqual(
    await server.api.all("/v1/courses", "courses", { level: "beginner", q: "", tutor: null }),
    [1, 2, 3],
  );
});
