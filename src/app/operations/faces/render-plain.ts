const cellMax = 60;
const columnsMax = 9;

/** An answer for a terminal: lists as tables, the rest as names and values. Clients' texts cannot drive the terminal. */
export function renderPlain(value: unknown, indent: string = ""): string {
  if (Array.isArray(value)) return renderList(value, indent);
  if (typeof value !== "object" || value === null) return `${indent}${cell(value)}\n`;
  let text = "";
  for (const [name, field] of Object.entries(value)) {
    if (isPlain(field)) text += `${indent}${name}: ${cell(field, Number.POSITIVE_INFINITY)}\n`;
    else if (Array.isArray(field) && field.length === 0) text += `${indent}${name}: none\n`;
    else text += `${indent}${name}:\n${renderPlain(field, `${indent}  `)}`;
  }
  return text === "" ? `${indent}nothing\n` : text;
}

function renderList(rows: readonly unknown[], indent: string): string {
  if (rows.length === 0) return `${indent}none\n`;
  if (rows.every(isPlain)) return rows.map((row) => `${indent}${cell(row)}\n`).join("");
  if (rows.every((row) => Array.isArray(row))) return rows.map((row) => `${indent}${cell(row.join(" "))}\n`).join("");
  const objects = rows.map((row) => row as Readonly<Record<string, unknown>>);
  const names = Object.keys(objects[0] ?? {}).filter((name) => objects.every((row) => isPlain(row[name])));
  const shown = names.slice(0, columnsMax);
  const table = [shown, ...objects.map((row) => shown.map((name) => cell(row[name])))];
  const widths = shown.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) => `${indent}${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd())
    .map((line) => `${line}\n`)
    .join("");
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

function cell(value: unknown, max: number = cellMax): string {
  if (value === null || value === undefined) return "-";
  // Times since 1970 are read as such: no other number of ours lies in this range.
  if (typeof value === "number" && value > 1.4e12 && value < 4e12) return new Date(value).toISOString();
  const text = String(value).replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g,
    "·",
  );
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
