import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, ApiError, NetworkError } from "../../../web/api.js";
import { Session } from "../../../web/session.js";
import { answer, channels, MemoryStorage, tokenAnswer } from "./doubles.mjs";

const EXPIRED = { status: "error", code: "TOKEN_EXPIRED", message: "The token is past its time.", details: {} };

/** A server that knows one access token at a time; `calls` are method and path of all requests. */
class Server {
  calls = [];
  generation = 1;
  accepted = "access-1";
  waited = [];

  constructor(routes = {}) {
    this.routes = routes;
    this.session = new Session(new MemoryStorage(), channels(1)[0]);
    this.api = new Api("https://api.example", this.session, {
      fetch: (address, request) => this.#answer(new URL(address), request),
      wait: async (seconds) => this.waited.push(seconds),
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
        return answer(401, { ...EXPIRED, code: "TOKEN_REUSED" });
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

test("a refused refresh ends the session, and the first refusal is what the caller sees", async () => {
  const server = new Server();
  server.signIn();
  server.accepted = "another one";
  server.generation = 7;
  const reasons = [];
  server.session.addEventListener("ended", ({ detail }) => reasons.push(detail));
  await assert.rejects(
    server.api.get("/v1/courses"),
    (error) => error instanceof ApiError && error.code === "TOKEN_EXPIRED",
  );
  assert.deepEqual(reasons, ["expired"]);
  assert.equal(server.session.refreshToken, null);
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
