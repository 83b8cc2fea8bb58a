import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { de } from "../../../web/strings/de.js";
import { en } from "../../../web/strings/en.js";

test("the audit page has words for every action of the API, and for no other", () => {
  const document = JSON.parse(readFileSync(new URL("../../../docs/openapi.json", import.meta.url), "utf-8"));
  for (const { audit } of [en, de]) {
    assert.deepEqual(Object.keys(audit.actions).sort(), document.components.schemas.AuditAction.enum.toSorted());
  }
});
