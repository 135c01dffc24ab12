import { readFileSync, writeFileSync } from "node:fs";
import { renderJsonSchema, schemaFile } from "../config/json-schema.ts";
import { withReference } from "../config/reference-page.ts";
import { renderCliPage } from "./cli-page.ts";
import { detectorsPage, renderDetectorsPage } from "./detectors-page.ts";
import { judgingPage, withPriors } from "./judging-page.ts";
import { limitsPage, renderLimitsPage } from "./limits-page.ts";
import { operationsPage, renderOperationsPage } from "./operations-page.ts";
import { cataloguePage, renderCataloguePage, renderVocabularyPage, vocabularyPage } from "./rule-pages.ts";

/** Writes what is generated from code: the editors' schema and the reference pages. Run by `npm run docs`. */
export function writeGeneratedDocs(): void {
  writeFileSync(schemaFile, renderJsonSchema());
  writeFileSync("docs/cli.md", renderCliPage());
  const page = "docs/configuration.md";
  writeFileSync(page, withReference(readFileSync(page, "utf8")));
  writeFileSync(detectorsPage, renderDetectorsPage());
  writeFileSync(judgingPage, withPriors(readFileSync(judgingPage, "utf8")));
  writeFileSync(vocabularyPage, renderVocabularyPage());
  writeFileSync(cataloguePage, renderCataloguePage());
  writeFileSync(limitsPage, renderLimitsPage());
  writeFileSync(operationsPage, renderOperationsPage());
}

if (import.meta.main) writeGeneratedDocs();
