import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { limitsPage, limitTables, renderLimitsPage } from "./limits-page.ts";

test("docs/limits.md is what the tables say; `npm run docs` writes it", () => {
  expect(readFileSync(limitsPage, "utf8")).toBe(renderLimitsPage());
});

test("every limit has a unit, a finite default and a reason", () => {
  expect(limitTables().length).toBeGreaterThanOrEqual(5);
  for (const [name, table] of limitTables()) {
    for (const [limit, { default: value, unit, why }] of Object.entries(table)) {
      expect(Number.isFinite(value), `${name}.${limit}`).toBe(true);
      expect(unit, `${name}.${limit}`).not.toBe("");
      expect(why.length, `${name}.${limit}`).toBeGreaterThan(10);
    }
  }
});
