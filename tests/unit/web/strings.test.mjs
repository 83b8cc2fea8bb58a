import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { de } from "../../../web/strings/de.js";
import { en } from "../../../web/strings/en.js";

const ROOT = new URL("../../../web/", import.meta.url);

/** Every word by its way from the top, with what kind of thing it is. */
function shape(words, way = "") {
  return Object.entries(words).flatMap(([name, word]) =>
    typeof word === "object" ? shape(word, `${way}${name}.`) : [`${way}${name}: ${typeof word}`],
  );
}

function scripts(folder = ROOT) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const url = new URL(`${entry.name}${entry.isDirectory() ? "/" : ""}`, folder);
    if (entry.isDirectory()) return entry.name === "strings" ? [] : scripts(url);
    return entry.name.endsWith(".js") ? [url] : [];
  });
}

test("each language has the same words", () => {
  assert.deepEqual(shape(de).sort(), shape(en).sort());
});

test("no word is the English one by mistake", () => {
  const same = shape(en)
    .map((line) => line.split(": ")[0])
    .filter((way) => typeof word(en, way) === "string" && word(en, way) === word(de, way));
  const alike = ["nav.chat", "register.name", "course.session", "me.name", "learners.name"];
  const allowed = [...alike, "learners.columns.name", "learners.orders.name", "tasks.name", "editor.title"];
  assert.deepEqual(
    same.filter((way) => !allowed.includes(way)),
    [],
  );
});

function word(words, way) {
  return way.split(".").reduce((found, name) => found?.[name], words);
}

test("every word that a page asks for is there, as what it is used", () => {
  const wrong = scripts().flatMap((script) => {
    const uses = readFileSync(script, "utf-8").matchAll(/\bt\.([a-zA-Z]+(?:\.[a-zA-Z_]+)*)(\()?/g);
    return [...uses]
      .filter(([, way, call]) => (call ? typeof word(en, way) !== "function" : word(en, way) === undefined))
      .map(([use]) => `${script.pathname.replace(ROOT.pathname, "")}: ${use}`);
  });
  assert.deepEqual(wrong, []);
});

test("there are words for every rule that people can break in a form", () => {
  const document = JSON.parse(readFileSync(new URL("../docs/openapi.json", ROOT), "utf-8"));
  const rules = document.components.schemas.FieldRule.enum;
  // Of these only programs can be guilty: the API's own message will do.
  const others = [
    "malformed",
    "not_a_cursor",
    "not_boolean",
    "not_list",
    "not_object",
    "not_one_of",
    "not_together",
    "other",
    "past_the_reach",
    "unknown_field",
    "unknown_module",
  ];
  assert.deepEqual(
    rules.filter((rule) => !(rule in en.rules)),
    rules.filter((rule) => others.includes(rule)),
  );
  assert.ok(rules.length > 20);
});
