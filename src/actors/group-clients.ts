import type { Hashed, Kind } from "#core";
import { LinkLedger, type LinkReason } from "./link-ledger.ts";

/** Clients by index, as columns: what grouping looks at. */
export interface ClientColumns {
  readonly length: number;
  application(index: number): string;
  ip(index: number): string;
  kind(index: number): Kind;
  cookieIdentity(index: number): Hashed;
  account(index: number): Hashed;
  /** Key of a convicted cohort, or "". */
  cohort(index: number): string;
}

/** What an actor is: everything at one address, one client, or the engine's idea of who belongs together. */
export type GroupBy = "ip" | "client" | "actor";

/**
 * An identity shared by more clients than this is no person's: a constant mistaken for a session cookie, or one
 * stolen and replayed. It then links automation only.
 */
const identityClientsMax = 64;

/**
 * Groups clients into actors and keeps why.
 *
 * - **Cookie identity.** A value that the site issued came back: the same jar, whatever its address or user agent.
 * - **Account.** Only among clients of the same kind. A stuffer shares an account with its victim, and would
 *   otherwise chain all its victims into one actor.
 * - **Convicted cohort.** Automated clients that were convicted together.
 * - **One address, changing user agents.** Automated (or declared) clients only: many honest people stand behind
 *   one NAT, and nothing here ever joins them.
 *
 * Evasion: a bot that changes address and user agent together and keeps no cookie stays many actors until its
 * cohort is convicted.
 */
export function groupClients(columns: ClientColumns, by: GroupBy): LinkLedger {
  const ledger = new LinkLedger(columns.length);
  if (by === "client") return ledger;
  if (by === "ip") {
    linkEqual(ledger, columns, "same address", (index) => `${columns.application(index)}\n${columns.ip(index)}`);
    return ledger;
  }
  linkIdentities(ledger, columns);
  linkEqual(ledger, columns, "same account", (index) => {
    const account = columns.account(index);
    return account === 0 ? "" : `${columns.application(index)}\n${kindClass(columns.kind(index))}\n${account}`;
  });
  linkEqual(ledger, columns, "same convicted cohort", (index) =>
    columns.kind(index) === "automated" ? columns.cohort(index) : "",
  );
  linkEqual(ledger, columns, "automation with changing user agents at one address", (index) => {
    const kind = columns.kind(index);
    if (kind !== "automated" && kind !== "declared-bot") return "";
    return `${columns.application(index)}\n${kind}\n${columns.ip(index)}`;
  });
  return ledger;
}

function linkIdentities(ledger: LinkLedger, columns: ClientColumns): void {
  const counts = new Map<Hashed, number>();
  for (let index = 0; index < columns.length; index++) {
    const identity = columns.cookieIdentity(index);
    if (identity !== 0) counts.set(identity, (counts.get(identity) ?? 0) + 1);
  }
  linkEqual(ledger, columns, "same cookie identity", (index) => {
    const identity = columns.cookieIdentity(index);
    if (identity === 0) return "";
    const shared = (counts.get(identity) ?? 0) > identityClientsMax;
    if (shared && columns.kind(index) !== "automated") return "";
    return `${columns.application(index)}\n${identity}`;
  });
}

/** Links every client to the first one with the same key; "" is no key. */
function linkEqual(
  ledger: LinkLedger,
  columns: ClientColumns,
  reason: LinkReason,
  keyOf: (index: number) => string,
): void {
  const first = new Map<string, number>();
  for (let index = 0; index < columns.length; index++) {
    const key = keyOf(index);
    if (key === "") continue;
    const known = first.get(key);
    if (known === undefined) first.set(key, index);
    else ledger.link(known, index, reason);
  }
}

function kindClass(kind: Kind): string {
  return kind === "human" || kind === "unknown" ? "person" : kind;
}
