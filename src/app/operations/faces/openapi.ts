import { packageVersion } from "../../cli/commands/version.ts";
import { type AnyOperation, faultStatus } from "../operation.ts";
import { operations } from "../operation-table.ts";
import { pathOf } from "./http.ts";
import { inputSchema, outputSchema } from "./json-schemas.ts";

/** The OpenAPI 3.1 document of every operation. Reads are GET and POST, writes POST. */
export function openApiDocument(): Readonly<Record<string, unknown>> {
  return {
    openapi: "3.1.0",
    info: {
      title: "Gait",
      version: packageVersion(),
      description: "Operations of a running gateway. Each asks for one permission; roles hold permissions.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths: Object.fromEntries(operations.map((operation) => [pathOf(operation), pathItem(operation)])),
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An API token, or the token of admin.tokenFile." },
        session: { type: "apiKey", in: "cookie", name: "__Host-gait", description: "A session of the console." },
      },
      schemas: {
        Fault: {
          type: "object",
          required: ["error", "code"],
          properties: { error: { type: "string" }, code: { type: "string" } },
        },
      },
    },
  };
}

function pathItem(operation: AnyOperation): Record<string, unknown> {
  const post = {
    ...common(operation, "post"),
    requestBody: {
      required: true,
      content: { "application/json": { schema: inputSchema(operation), example: operation.example } },
    },
  };
  if (operation.effect === "write") return { post };
  const { properties = {}, required = [] } = inputSchema(operation);
  const parameters = Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
  return { get: { ...common(operation, "get"), parameters }, post };
}

function common(operation: AnyOperation, method: string): Record<string, unknown> {
  const fault = { "application/json": { schema: { $ref: "#/components/schemas/Fault" } } };
  const faults = Object.entries(faultStatus).map(([kind, status]) => [
    String(status),
    { description: kind, content: fault },
  ]);
  return {
    operationId: method === "get" ? operation.name : `${operation.name}.post`,
    summary: operation.summary,
    tags: [operation.name.split(".")[0]],
    "x-permission": operation.permission,
    "x-effect": operation.effect,
    security: [{ token: [] }, { session: [] }],
    responses: {
      "200": {
        description: "What was asked for.",
        content: { "application/json": { schema: outputSchema(operation) } },
      },
      "401": { description: "Not signed in.", content: fault },
      ...Object.fromEntries(faults),
    },
  };
}
