import { variableName } from "./environment.ts";
import { configShape, type Shape, walkShape } from "./shape.ts";

/** The generated part of docs/configuration.md stands between these lines. */
export const referenceStart = "<!-- reference: generated from the schema, `npm run docs` -->";
export const referenceEnd = "<!-- end of reference -->";

/** One entry per key of the schema, limits in tables of their own: the reference for people. */
export function renderReference(): string {
  const lines: string[] = [];
  const seen = new Set<string>();
  walkShape(configShape(), "", (path, name, shape) => {
    // Alternatives may repeat a key (one certificate or a list of them); the first spelling stands for all.
    const plain = path.replaceAll("[]", "");
    if (seen.has(plain) || path.startsWith("limits.")) return;
    seen.add(plain);
    lines.push(...entry(path, name, shape));
  });
  lines.push(...renderLimits());
  return lines.join("\n");
}

/** A page with its generated part replaced by the present one. */
export function withReference(page: string): string {
  const start = page.indexOf(referenceStart);
  const end = page.indexOf(referenceEnd);
  if (start < 0 || end < start) return page;
  return `${page.slice(0, start + referenceStart.length)}\n\n${renderReference()}\n${page.slice(end)}`;
}

function entry(path: string, _name: string, shape: Shape): readonly string[] {
  const heading = path.includes(".") || path.includes("[") ? "####" : "###";
  const facts = [`Type: ${typeOf(shape)}.`];
  const fallback = shape.default;
  if (fallback !== undefined && !isEmptyObject(fallback)) facts.push(`Default: \`${inline(fallback)}\`.`);
  const example = shape.examples?.[0];
  if (example !== undefined) facts.push(`Example: \`${inline(example)}\`.`);
  // What stands inside a list is set with its position; naming one variable for it would be wrong.
  if (!path.includes("[") && isLeaf(shape)) facts.push(`Variable: \`${variableName(path.split("."))}\`.`);
  return [`${heading} \`${path}\``, "", shape.description ?? "", "", facts.join(" "), ""];
}

function renderLimits(): readonly string[] {
  const areas = configShape().properties?.limits?.properties ?? {};
  return Object.entries(areas).flatMap(([area, section]) => [
    `#### \`limits.${area}\``,
    "",
    "| key | default | why |",
    "|---|---|---|",
    ...Object.entries(section.properties ?? {}).map(
      ([name, shape]) =>
        `| \`${name}\` | ${String(shape.default)} | ${(shape.description ?? "").replaceAll("|", "\\|")} |`,
    ),
    "",
  ]);
}

function typeOf(shape: Shape): string {
  if (shape.anyOf !== undefined) return [...new Set(shape.anyOf.map(typeOf))].join(", or ");
  if (shape.enum !== undefined) return shape.enum.map((value) => `\`${String(value)}\``).join(" or ");
  if (shape.const !== undefined) return `\`${String(shape.const)}\``;
  if (shape.type === "array") {
    const items = shape.items === undefined ? "values" : typeOf(shape.items);
    return `list of ${items === "keys" ? "entries with the keys below" : items}`;
  }
  if (shape.type === "object") return "keys";
  if (shape.type === "integer") return "whole number";
  if (shape.type === "boolean") return "`true` or `false`";
  return shape.type === "string" ? "text" : (shape.type ?? "anything");
}

function isLeaf(shape: Shape): boolean {
  return shape.properties === undefined;
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** A value as flow YAML, the way it is typed into the file. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value === "string") return /^[\w./:-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}
