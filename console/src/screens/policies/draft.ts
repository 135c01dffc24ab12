import type { PolicyDraft } from "../../api/contract.ts";

/** A new rule, or the proposal that a link carries as JSON. It always begins by watching, whatever the link says. */
export function draftOf(text: string | undefined, name = ""): PolicyDraft {
  const empty: PolicyDraft = { name, why: "", when: "", does: "log", mode: "watch" };
  if (text === undefined) return empty;
  try {
    const given = JSON.parse(text) as Partial<Record<keyof PolicyDraft, unknown>>;
    const read = (value: unknown): string => (typeof value === "string" ? value.slice(0, 4_096) : "");
    return {
      ...empty,
      name: read(given.name),
      why: read(given.why),
      when: read(given.when),
      does: read(given.does) || "log",
    };
  } catch {
    return empty;
  }
}

/** The file of rules that holds a rule of the console. */
export function fileOf(name: string): string {
  return `console-${name}.yaml`;
}

/** A rule as a file of rules. JSON is YAML: nothing an author types breaks out of its place. */
export function textOf({ name, why, when, does, mode, ttl = "", tags = [], applies = [] }: PolicyDraft): string {
  const weight = /^weight (-?\d+(?:\.\d+)?)$/.exec(does)?.[1];
  const fields: readonly (readonly [string, unknown])[] = [
    ["name", name],
    ["why", why],
    ["when", when],
    weight === undefined ? ["then", actionOf(does)] : ["weight", Number(weight)],
    ["mode", mode],
    ...(ttl === "" ? [] : [["ttl", ttl] as const]),
    ...(tags.length === 0 ? [] : [["tags", tags] as const]),
    ...(applies.length === 0 ? [] : [["applies", applies] as const]),
  ];
  return `- {${fields.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ")}}\n`;
}

/** An action, or one with its options, which are shown as JSON. */
function actionOf(does: string): unknown {
  if (!does.startsWith("{")) return does;
  try {
    return JSON.parse(does) as unknown;
  } catch {
    return does;
  }
}

/** One line of a difference. */
export interface DiffLine {
  readonly kind: "same" | "gone" | "new";
  readonly text: string;
}

/** Differences between two texts by lines: the longest common subsequence stays (texts here have some dozen lines). */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] =
        before[i] === after[j]
          ? (lengths[i + 1]?.[j + 1] ?? 0) + 1
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [old, fresh] = [before[i], after[j]];
    if (old !== undefined && old === fresh) {
      lines.push({ kind: "same", text: old });
      i++;
      j++;
    } else if (old !== undefined && (fresh === undefined || (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))) {
      lines.push({ kind: "gone", text: old });
      i++;
    } else if (fresh !== undefined) {
      lines.push({ kind: "new", text: fresh });
      j++;
    }
  }
  return lines;
}
