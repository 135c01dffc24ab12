import { configShape } from "./shape.ts";

/** Where editors find the schema; the modeline of every example names it. */
export const schemaFile = "schemas/gait.schema.json";

/** The text of `schemas/gait.schema.json`: JSON Schema draft-07, the newest that yaml-language-server reads. */
export function renderJsonSchema(): string {
  return `${JSON.stringify(configShape(), null, 2)}\n`;
}
