import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { renderCliPage } from "../generated-docs/cli-page.ts";
import { renderJsonSchema, schemaFile } from "./json-schema.ts";
import { withReference } from "./reference-page.ts";
import { configShape, walkShape } from "./shape.ts";

const good = new URL("./testdata/good/", import.meta.url);
const bad = new URL("./testdata/bad/", import.meta.url);

test("the published schema is the one in the code (`npm run docs` writes it)", () => {
  expect(readFileSync(schemaFile, "utf8")).toBe(renderJsonSchema());
});

test("docs/configuration.md is the schema's reference (`npm run docs` writes it)", () => {
  const page = readFileSync("docs/configuration.md", "utf8");
  expect(page).toBe(withReference(page));
});

test("docs/cli.md names no verb that is gone (`npm run docs` writes it)", () => {
  const headings = (page: string): string[] => [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? "");
  const known = headings(renderCliPage());
  const written = headings(readFileSync("docs/cli.md", "utf8"));
  expect(written.length).toBeGreaterThan(10);
  expect(written.filter((name) => !known.includes(name))).toEqual([]);
});

test("every key has a description", () => {
  const silent: string[] = [];
  walkShape(configShape(), "", (path, _name, shape) => {
    if ((shape.description ?? "") === "") silent.push(path);
  });
  expect(silent).toEqual([]);
});

test("an editor's validator agrees: draft-07, good files pass, misspelt keys do not", () => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(renderJsonSchema()));
  for (const name of readdirSync(good)) {
    const text = readFileSync(new URL(name, good), "utf8");
    expect(text).toMatch(/^# yaml-language-server: \$schema=\S+gait\.schema\.json\n/);
    expect(validate(parse(text)), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
  }
  for (const name of readdirSync(bad).filter((each) => each.startsWith("unknown-key"))) {
    expect(validate(parse(readFileSync(new URL(name, bad), "utf8"))), name).toBe(false);
  }
});
