import { pathOf } from "../operations/faces/http.ts";
import { inputSchema, type JsonSchema, outputSchema } from "../operations/faces/json-schemas.ts";
import type { AnyOperation } from "../operations/operation.ts";
import { operations } from "../operations/operation-table.ts";
import { permissionsOf, roles } from "../operations/permissions.ts";

export const operationsPage = "docs/operations-api.md";

/** The text of docs/operations-api.md: every operation with its fields. */
export function renderOperationsPage(): string {
  return `${head}\n${permissionTable()}\n${operations.map(section).join("\n")}`;
}

function permissionTable(): string {
  const permissions = [...permissionsOf.admin];
  const rows = permissions.map((permission) => {
    const cells = roles.map((role) => (permissionsOf[role].has(permission) ? "yes" : ""));
    return `| ${permission} | ${cells.join(" | ")} |`;
  });
  return `| permission | ${roles.join(" | ")} |\n|---|${roles.map(() => "---|").join("")}\n${rows.join("\n")}\n`;
}

function section(operation: AnyOperation): string {
  const { name, summary, effect, permission, example } = operation;
  const schema = inputSchema(operation);
  const fields = Object.entries(schema.properties ?? {}).map(([field, of]) => fieldRow(field, of, schema));
  const input =
    fields.length === 0 ? "No input.\n" : `| field | type | meaning |\n|---|---|---|\n${fields.join("\n")}\n`;
  const verbs = effect === "read" ? "GET or POST" : "POST";
  return `## ${name}

${summary} ${verbs} \`${pathOf(operation)}\`, permission **${permission}**.

${input}
Example: \`${JSON.stringify(example)}\`. Answers: ${answers(outputSchema(operation))}.
`;
}

function fieldRow(name: string, field: JsonSchema, schema: JsonSchema): string {
  const must = schema.required?.includes(name) === true && field.default === undefined ? ", required" : "";
  const otherwise = field.default === undefined ? "" : ` Default: \`${JSON.stringify(field.default)}\`.`;
  return `| \`${name}\` | ${typeName(field)}${must} | ${field.description ?? ""}${otherwise} |`;
}

function typeName(field: JsonSchema): string {
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (field.type === "array") return `list of ${typeName(field.items ?? {})}`;
  return field.type ?? "any";
}

function answers({ properties = {} }: JsonSchema): string {
  return Object.keys(properties)
    .map((name) => `\`${name}\``)
    .join(", ");
}

const head = `# Operations

Made from the operations table by \`npm run docs\`.

Everything that can be asked of a running gateway is an operation: the console, the command line and programs use the same
ones. Over HTTP they live on the admin listener below \`/api/v1/\`; reads take a query string (\`GET\`) or JSON (\`POST\`),
writes take JSON with \`Content-Type: application/json\`. The machine-readable description is \`/api/v1/openapi.json\`
(OpenAPI 3.1). What a caller can mend is answered with \`{"error", "code"}\`: \`invalid\` 400, not signed in 401, \`forbidden\` 403,
\`not-found\` 404, \`conflict\` 409, \`unavailable\` 503, \`storage-full\` 507 (a change that cannot be audited is not made).
Every write leaves one entry in the audit log before it acts.

Roles hold permissions:
`;
