import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { ACTIONS } from "../../../web/views/audit.js";

test("the audit page has words for every action of the API, and for no other", () => {
  const document = JSON.parse(readFileSync(new URL("../../../docs/openapi.json", import.meta.url), "utf-8"));
  assert.deepEqual(Object.keys(ACTIONS).sort(), document.components.schemas.AuditAction.enum.toSorted());
});
