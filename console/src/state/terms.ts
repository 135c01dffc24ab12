import type { EventFilter } from "../api/contract.ts";

/** Fields that can be filtered by, in the order of the filter menu. */
export const filterFields = [
  "kind",
  "action",
  "enforced",
  "application",
  "ip",
  "network",
  "country",
  "infrastructure",
  "session",
  "actor",
  "account",
  "cohort",
  "fingerprint",
  "agent",
  "verified",
  "method",
  "path",
  "template",
  "status",
  "rule",
  "detector",
  "reference",
  "score",
] as const;

/** A field of a filter term. */
export type FilterField = (typeof filterFields)[number];

/** One term of a filter. */
export interface Term {
  readonly field: FilterField;
  readonly value: string;
  readonly excludes: boolean;
}

/** Reads `field:value` or `-field:value`. */
export function readTerm(text: string): Term | undefined {
  const excludes = text.startsWith("-");
  const bare = excludes ? text.slice(1) : text;
  const colon = bare.indexOf(":");
  const field = filterFields.find((each) => each === bare.slice(0, colon));
  const value = bare.slice(colon + 1);
  return field === undefined || value === "" ? undefined : { field, value, excludes };
}

/** Writes a term as it stands in the URL. */
export function writeTerm({ field, value, excludes }: Term): string {
  return `${excludes ? "-" : ""}${field}:${value}`;
}

/** Adds a term; its opposite goes, as both together leave nothing. */
export function withTerm(where: readonly string[] | undefined, term: Term): readonly string[] {
  const opposite = writeTerm({ ...term, excludes: !term.excludes });
  const text = writeTerm(term);
  return [...(where ?? []).filter((each) => each !== opposite && each !== text), text];
}

const listFields = new Set<FilterField>(["kind", "action", "enforced", "application", "cohort", "infrastructure"]);

/** The filter of `events.query` for the terms of a URL. */
export function filterOf(where: readonly string[] | undefined): EventFilter {
  const terms = (where ?? []).map(readTerm).filter((term) => term !== undefined);
  const excluded = terms.filter(({ excludes }) => excludes);
  const filter = fieldsOf(terms.filter(({ excludes }) => !excludes));
  return excluded.length === 0
    ? filter
    : {
        ...filter,
        exclude: excluded.flatMap(({ field, value }) =>
          // A score is a bound, not a value: it cannot be left out.
          field === "score" ? [] : [{ field: field === "network" ? ("ip" as const) : field, value }],
        ),
      };
}

function fieldsOf(terms: readonly Term[]): EventFilter {
  const fields: Record<string, unknown> = {};
  for (const { field, value } of terms) {
    if (listFields.has(field)) fields[field] = [...((fields[field] as string[] | undefined) ?? []), value];
    else if (field === "network") fields.ip = value;
    else if (field === "score") fields.scoreMin = Number(value.replace(/^>=?/, "")) || 0;
    else if (field === "status" || field === "account") fields[field] = Number(value) || 0;
    else fields[field] = value;
  }
  return fields as EventFilter;
}

const pages = new Set<FilterField>([
  "ip",
  "network",
  "account",
  "fingerprint",
  "agent",
  "path",
  "template",
  "detector",
]);

/** Whether a field's values have an entity page. */
export function stringField(field: FilterField): boolean {
  return pages.has(field);
}
