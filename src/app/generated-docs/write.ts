import { readFileSync, writeFileSync } from "node:fs";
import { renderJsonSchema, schemaFile } from "../config/json-schema.ts";
import { withReference } from "../config/reference-page.ts";

/** Writes what is generated from code: the editors' schema and the reference pages. Run by `npm run docs`. */
export function writeGeneratedDocs(): void {
  writeFileSync(schemaFile, renderJsonSchema());
  const page = "docs/configuration.md";
  writeFileSync(page, withReference(readFileSync(page, "utf8")));
}

if (import.meta.main) writeGeneratedDocs();
