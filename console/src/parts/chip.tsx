import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { call } from "../api/client.ts";
import { useTranslator } from "../i18n/translate.ts";
import { useScreenSearch } from "../state/search.ts";
import { type FilterField, stringField, type Term, withTerm, writeTerm } from "../state/terms.ts";
import { draftFor, scopeOf } from "./block-by.ts";
import { decide } from "./decide-dialog.tsx";
import { type MenuItem, openMenu, useMenuAnchor } from "./menu.tsx";
import { say } from "./toasts.tsx";

/** What a chip stands for; a filter field. */
export type ChipType = FilterField;

/** The page of one thing, where it has one. */
export function pageOf(type: ChipType, value: string): string | undefined {
  const id = encodeURIComponent(value);
  if (type === "session") return `/sessions/${id}`;
  if (type === "actor") return `/actors/${id}`;
  if (type === "cohort") return `/cohorts/${id}`;
  if (type === "reference") return `/explain/${id}`;
  if (type === "rule") return `/policies/${id}`;
  if (stringField(type)) return `/entities/${type}/${id}`;
  return undefined;
}

/**
 * One value anywhere: address, network, fingerprint, session, path, rule, reference, account. Its menu offers to open
 * it, to filter by it or leave it out, to copy it, and to block or allow it: by a decision where one is kept by such a
 * thing, by the address of an actor, session or request, which the
 * dialog names, and by a rule of its own for what many people may share.
 */
export function Chip({
  type,
  value,
  label,
  bare = false,
}: {
  readonly type: ChipType;
  readonly value: string;
  readonly label?: string;
  readonly bare?: boolean;
}): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const [search, change] = useScreenSearch();
  const [ref, expanded, node] = useMenuAnchor();
  if (value === "") return <span className="soft">–</span>;
  const kind = type === "ip" && value.includes("/") ? "network" : type;
  const filterBy = (excludes: boolean): void => {
    const term: Term = { field: kind, value, excludes };
    if (document.querySelector("[data-filters]") !== null)
      change({ where: withTerm(search.where, term), cursor: undefined });
    else
      void navigate({
        to: "/events",
        search: { ...(search.range === undefined ? {} : { range: search.range }), where: [writeTerm(term)] },
      });
  };
  const act = (action: "block" | "allow"): void => {
    const scope = scopeOf(kind, value);
    if (scope !== undefined) {
      decide({ action, scope, value });
      return;
    }
    if (kind === "actor" || kind === "session" || kind === "reference") {
      void addressBehind(kind, value).then(
        (ip) => decide({ action, scope: ip.includes("/") ? "network" : "address", value: ip }),
        (error: unknown) => say(error instanceof Error ? error.message : String(error)),
      );
      return;
    }
    const draft = draftFor(action, kind, { value, why: t(`chip.${action}.why`, { value }) });
    void navigate({
      to: "/policies/$policy",
      params: { policy: draft === undefined ? value : "new" },
      search: draft === undefined ? {} : { text: JSON.stringify(draft) },
    });
  };
  const items = (): readonly MenuItem[] => {
    const page = pageOf(kind, value);
    return [
      ...(page === undefined ? [] : [{ label: t("chip.open"), icon: "open", to: page } as const]),
      { label: t("chip.filter"), icon: "filter", onSelect: () => filterBy(false) },
      { label: t("chip.exclude"), icon: "exclude", onSelect: () => filterBy(true) },
      {
        label: t("chip.copy"),
        icon: "copy",
        onSelect: () => void copy(value).then(() => say(t("chip.copied", { value }))),
      },
      {
        label: t("chip.block"),
        icon: "block",
        apart: true,
        onSelect: () => act("block"),
      },
      {
        label: t("chip.allow"),
        icon: "allow",
        onSelect: () => act("allow"),
      },
    ];
  };
  return (
    <button
      ref={ref}
      type="button"
      className={bare ? "chip bare" : "chip"}
      aria-haspopup="menu"
      aria-expanded={expanded}
      data-chip={kind}
      onClick={() => {
        const anchor = node();
        if (anchor !== null) openMenu({ anchor, title: value, items: items() });
      }}
    >
      <span translate="no" className="data">
        {label ?? value}
      </span>
    </button>
  );
}

/** The last address of an actor or session, or that of a request. @throws CallError where nothing is recorded */
async function addressBehind(kind: "actor" | "session" | "reference", value: string): Promise<string> {
  if (kind === "actor") return (await call("actors.get", { id: value })).actor.ip;
  if (kind === "session") return (await call("sessions.get", { id: value, limit: 1 })).session.ip;
  return (await call("events.query", { reference: value, limit: 1 })).events[0]?.ip ?? "";
}

/** Puts a text on the clipboard; on plain http, where the browser has none, by a hidden field. */
export async function copy(text: string): Promise<void> {
  if (window.isSecureContext && navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
