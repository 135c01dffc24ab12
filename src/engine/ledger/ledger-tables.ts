import { type LimitValues, ledgerLimits, limitValues } from "#core";
import { InternTable } from "./intern-table.ts";
import { IssuedMemory } from "./issued-memory.ts";
import { LedgerApplication } from "./ledger-application.ts";

/** Caps of the ledger and the graph; defaults in `ledgerLimits`. */
export type LedgerLimits = LimitValues<typeof ledgerLimits>;

/** What all sessions of a ledger share: names, scopes, issued values, applications. */
export class LedgerTables {
  readonly limits: LedgerLimits;
  readonly names: InternTable;
  /** Cookie paths; number 1 is "/". */
  readonly paths: InternTable;
  readonly hosts: InternTable;
  readonly issued: IssuedMemory;
  readonly #applications = new Map<string, LedgerApplication>();
  readonly #list: LedgerApplication[] = [];

  constructor(overrides: Partial<LedgerLimits> = {}) {
    this.limits = limitValues(ledgerLimits, overrides);
    this.names = new InternTable(this.limits.cookieNames, this.limits.textLength);
    this.paths = new InternTable(this.limits.cookieScopes, this.limits.textLength);
    this.hosts = new InternTable(this.limits.cookieScopes, this.limits.textLength);
    this.paths.add("/");
    this.issued = new IssuedMemory(this.limits.issuedEpochs, this.limits.issuedEpochBits);
  }

  /** The tables of an application. Beyond the cap, applications share the last one's. */
  application(name: string): LedgerApplication {
    const known = this.#applications.get(name);
    if (known !== undefined) return known;
    const last = this.#list.at(-1);
    if (this.#list.length >= this.limits.applications && last !== undefined) return last;
    const fresh = new LedgerApplication(this.#list.length, name, this.limits.cookieNames);
    this.#list.push(fresh);
    this.#applications.set(name, fresh);
    return fresh;
  }

  /** Every application, in order of first sight. */
  applications(): readonly LedgerApplication[] {
    return this.#list;
  }
}
