import { isIP } from "node:net";
import type { EventFilter, ExcludedField, Where } from "./event-filter.ts";

type Value = string | number;

/** Builds the WHERE clause of a filter. Values are always bound, never written into the text (SQL injection). */
export function eventWhere(filter: EventFilter, hashAddress: (ip: string) => number): Where {
  const parts: string[] = [];
  const values: Value[] = [];
  const bind = (value: Value): string => `$${values.push(value)}`;
  const is = (column: string, value: Value | undefined): void => {
    if (value !== undefined) parts.push(`${column} = ${bind(value)}`);
  };
  const among = (column: string, wanted: readonly string[] | undefined): void => {
    if (wanted !== undefined && wanted.length > 0) parts.push(`${column} IN (${wanted.map(bind).join(", ")})`);
  };
  if (filter.from !== undefined) parts.push(`time >= ${bind(filter.from)}`);
  if (filter.to !== undefined) parts.push(`time < ${bind(filter.to)}`);
  among("kind", filter.kind);
  among("action", filter.action);
  among("enforced", filter.enforced);
  among("application", filter.application);
  among("cohort", filter.cohort);
  among("infrastructure", filter.infrastructure);
  for (const column of ["session", "actor", "verified", "method", "reference", "country"] as const)
    is(column, filter[column]);
  // An endpoint is shown with its method where both were counted together.
  const [, method, template] = /^([A-Z]+) (\/.*)$/.exec(filter.template ?? "") ?? [
    undefined,
    undefined,
    filter.template,
  ];
  is("method", method);
  is("template", template);
  is("status", filter.status);
  is("account", filter.account);
  if (filter.scoreMin !== undefined) parts.push(`total >= ${bind(filter.scoreMin)}`);
  if (filter.ip !== undefined) {
    if (isIP(filter.ip) === 0) is("network", filter.ip);
    else is("address", hashAddress(filter.ip));
  }
  if (filter.fingerprint !== undefined) {
    const place = bind(filter.fingerprint);
    parts.push(`(ja4 = ${place} OR headers = ${place})`);
  }
  if (filter.agent !== undefined) parts.push(`contains(lower(agent), ${bind(filter.agent.toLowerCase())})`);
  if (filter.path?.endsWith("*") === true) parts.push(`starts_with(path, ${bind(filter.path.slice(0, -1))})`);
  else is("path", filter.path);
  if (filter.rule !== undefined) {
    parts.push(`(rule = ${bind(filter.rule)} OR contains(' ' || watched || ' ', ${bind(` ${filter.rule} `)}))`);
  }
  if (filter.detector !== undefined) parts.push(`contains(signals, ${bind(`["${filter.detector}",`)})`);
  for (const { field, value } of filter.exclude ?? []) {
    // The same clause as for keeping, turned round; what is not known (NULL) is not excluded by it.
    const kept = eventWhere(onlyField(field, value), hashAddress);
    const moved = kept.sql.replace(/\$(\d+)/g, (_, number: string) => bind(kept.values[Number(number) - 1] ?? ""));
    parts.push(`NOT coalesce((${moved}), false)`);
  }
  return { sql: parts.length === 0 ? "true" : parts.join(" AND "), values };
}

const listed: ReadonlySet<ExcludedField> = new Set([
  "kind",
  "action",
  "enforced",
  "application",
  "cohort",
  "infrastructure",
]);

/** A filter of one field from its text. */
function onlyField(field: ExcludedField, value: string): EventFilter {
  if (listed.has(field)) return { [field]: [value] };
  if (field === "status" || field === "account") return { [field]: Number(value) };
  return { [field]: value };
}
