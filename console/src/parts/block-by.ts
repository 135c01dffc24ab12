import type { PolicyDraft } from "../api/contract.ts";
import type { FilterField } from "../state/terms.ts";

/** What a decision can be about, as the console names it. */
export type DecidedScope = "address" | "network" | "account" | "fingerprint" | "cohort";

/** A JA4 of the TLS hello; other fingerprints are of headers, and no decision is kept by those. */
const ja4 = /^[tqd]\d\d[di]\d{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/;

/** The scope of the decision that blocks or allows a value; absent: no decision is kept by such a thing. */
export function scopeOf(field: FilterField, value: string): DecidedScope | undefined {
  if (field === "ip") return value.includes("/") ? "network" : "address";
  if (field === "fingerprint") return ja4.test(value) ? "fingerprint" : undefined;
  if (field === "network" || field === "account" || field === "cohort") return field;
  return undefined;
}

const facts: Partial<Readonly<Record<FilterField, string>>> = {
  kind: "kind",
  application: "application",
  country: "client.country",
  fingerprint: "client.headerShape",
  agent: "request.userAgent",
  verified: "client.agentName",
  method: "request.method",
  path: "request.path",
  template: "request.template",
};

/** The condition that a value fits; empty: a rule cannot ask for it. */
function conditionOf(field: FilterField, value: string): string {
  const fact = facts[field];
  const text = JSON.stringify(value.replace(/\*$/, ""));
  if (field === "detector") return `${JSON.stringify(value)} in signals`;
  if (fact === undefined) return "";
  const endpoint = field === "template" ? /^(?<method>[A-Z]+) (?<template>.*)$/.exec(value)?.groups : undefined;
  if (endpoint !== undefined)
    return `request.method == "${endpoint.method}" && request.template == ${JSON.stringify(endpoint.template)}`;
  return field === "path" && value.endsWith("*")
    ? `${fact}.startsWith(${text})`
    : `${fact} == ${JSON.stringify(value)}`;
}

/**
 * The rule that blocks or allows what no decision is kept by: a path, a user agent, a country. Many people may share such
 * a thing, so it is drafted for the editor, where its backtest stands beside it, and begins by watching. Absent: no rule
 * can ask for it.
 */
export function draftFor(
  action: "block" | "allow",
  field: FilterField,
  { value, why }: { readonly value: string; readonly why: string },
): PolicyDraft | undefined {
  const when = conditionOf(field, value);
  if (when === "") return undefined;
  const name = `${action}-${field}-${value}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 48);
  return { name, why, when, does: action, mode: "watch" };
}
