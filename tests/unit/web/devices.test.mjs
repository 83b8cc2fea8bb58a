import assert from "node:assert/strict";
import { test } from "node:test";

import { Devices, deviceName } from "../../../web/devices.js";
import { MemoryStorage } from "./doubles.mjs";

const AGENTS = {
  "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Chrome on Windows":
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  "Edge on Windows":
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
  "Safari on Mac":
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
  "Safari on iPhone":
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
  "Chrome on Android":
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
};

test("a device is called by its browser and its system", () => {
  for (const [name, agent] of Object.entries(AGENTS)) assert.equal(deviceName(agent), name);
});

test("an unknown device has a name too", () => {
  assert.equal(deviceName(""), "Browser");
  assert.equal(deviceName("something else/1.0"), "Browser");
});

test("a token is kept for its address alone, however that is written", () => {
  const storage = new MemoryStorage();
  new Devices("", () => storage).keep(" Ada@People.example", "token-a");
  const later = new Devices("", () => storage);
  assert.equal(later.tokenFor("ada@people.example "), "token-a");
  assert.equal(later.tokenFor("bob@people.example"), undefined);
  later.forget("ADA@people.example");
  assert.equal(later.tokenFor("ada@people.example"), undefined);
});

test("a browser that keeps nothing is no hindrance", () => {
  const devices = new Devices("", () => {
    throw new DOMException("Access is denied.", "SecurityError");
  });
  devices.keep("ada@people.example", "token-a");
  assert.equal(devices.tokenFor("ada@people.example"), undefined);
});
