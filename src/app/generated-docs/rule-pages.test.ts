import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cataloguePage, renderCataloguePage, renderVocabularyPage, vocabularyPage } from "./rule-pages.ts";

test("the pages of rules are as the code and the packs say", () => {
  expect(readFileSync(vocabularyPage, "utf8"), "npm run docs writes it").toBe(renderVocabularyPage());
  expect(readFileSync(cataloguePage, "utf8"), "npm run docs writes it").toBe(renderCataloguePage());
});
