import { z } from "zod";
import type { AnyOperation } from "../operation.ts";

/** A JSON Schema object, as far as we look into it. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** JSON Schema (2020-12, as OpenAPI 3.1 wants it) of what an operation is given. */
export function inputSchema(operation: AnyOperation): JsonSchema {
  return schemaOf(operation.input, "input");
}

/** JSON Schema of what an operation answers. */
export function outputSchema(operation: AnyOperation): JsonSchema {
  return schemaOf(operation.output, "output");
}

function schemaOf(type: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io, unrepresentable: "any" });
  return schema as JsonSchema;
}

/**
 * Texts of a query string or command line as the schema wants them: numbers, flags and lists become what they say.
 * What does not fit stays text, so that validation names it.
 */
export function coerceTexts(
  schema: JsonSchema,
  texts: Readonly<Record<string, readonly string[]>>,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, values] of Object.entries(texts)) {
    const field = schema.properties?.[name] ?? {};
    if (field.type === "array") input[name] = values.flatMap((value) => value.split(","));
    else input[name] = coerceText(field, values.at(-1) ?? "");
  }
  return input;
}

function coerceText({ type }: JsonSchema, text: string): unknown {
  if ((type === "number" || type === "integer") && text.trim() !== "" && !Number.isNaN(Number(text)))
    return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}
