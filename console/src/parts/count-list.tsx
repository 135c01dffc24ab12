import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Counted } from "../api/contract.ts";
import { type Translator, useTranslator } from "../i18n/translate.ts";
import { Chip, type ChipType } from "./chip.tsx";
import { kindOf } from "./kind.tsx";

/** Values by how often they occur, each with a bar and its number, which leads to the records that were counted. */
export function CountList({
  counts,
  type,
  range,
  within = [],
}: {
  readonly counts: readonly Counted[];
  readonly type: ChipType;
  /** The span that was counted over. */
  readonly range: string;
  /** Filter terms that everything counted fits. */
  readonly within?: readonly string[];
}): ReactNode {
  const t = useTranslator();
  const shown = counts.filter(({ value }) => value !== "");
  if (shown.length === 0) return <p className="soft">{t("state.none")}</p>;
  const most = Math.max(...shown.map(({ requests }) => requests));
  return (
    <ul className="bars">
      {shown.map(({ value, requests }) => (
        <li key={value}>
          <Chip type={type} value={value} bare {...labelled(t, type, value)} />
          <span className="bar kind-automated" aria-hidden="true">
            <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
              <rect width={(100 * requests) / most} height="6" fill="currentColor" />
            </svg>
          </span>
          <Link
            to="/events"
            search={{ range, where: [...within, ...termsOf(type, value)] }}
            className="number"
            aria-label={t("count.records", { requests, value })}
          >
            {t.number(requests)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** An endpoint is told with its method, and filtered by both. */
function termsOf(type: ChipType, value: string): readonly string[] {
  const endpoint = type === "template" ? /^(?<method>[A-Z]+) (?<template>.*)$/.exec(value)?.groups : undefined;
  if (endpoint === undefined) return [`${type}:${value}`];
  return [`method:${endpoint.method}`, `template:${endpoint.template}`];
}

/** Countries and kinds have names; everything else is shown as it is. */
function labelled(t: Translator, type: ChipType, value: string): { readonly label?: string } {
  if (type === "country") return { label: countryIn(t.locale, value) };
  return type === "kind" ? { label: t(`kind.${kindOf(value)}`) } : {};
}

function countryIn(locale: string, code: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: "region" }).of(code) ?? code;
  } catch {
    // A database may tell codes that no standard knows.
    return code;
  }
}
