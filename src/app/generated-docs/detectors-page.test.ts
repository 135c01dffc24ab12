import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { detectorNames } from "#engine";
import { detectorsPage, renderDetectorsPage } from "./detectors-page.ts";
import { judgingPage, withPriors } from "./judging-page.ts";

test("docs/detectors.md says what the detectors' comments say; `npm run docs` writes it", () => {
  expect(readFileSync(detectorsPage, "utf8")).toBe(renderDetectorsPage());
});

test("every detector has its section, and every section its detector", () => {
  const sections = [...renderDetectorsPage().matchAll(/^## (\S+)$/gm)].map((match) => match[1]);
  expect(sections).toEqual([...detectorNames].sort());
});

test("every section says how the detector can be evaded or why its finding cannot be", () => {
  for (const section of renderDetectorsPage().split(/^## /m).slice(1)) {
    expect(section, section.split("\n")[0]).toMatch(/Evasion|evaded|Evaded|capped/);
  }
});

test("the tables of priors in docs/how-gait-judges.md are those of the code", () => {
  const page = readFileSync(judgingPage, "utf8");
  expect(page).toBe(withPriors(page));
  expect(page).toContain("| omissions |");
});
