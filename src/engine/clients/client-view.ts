import type { Hashed, Intel, Millis, Signal, Verdict } from "#core";
import type { ClientView } from "../engine.ts";
import type { Judge } from "../judge.ts";
import { networkCode } from "../networks.ts";
import type { AddressBook } from "../sessions/address.ts";
import type { AgentBook } from "../sessions/agent-book.ts";
import { type ClientTable, row64, rowBytes } from "./client-table.ts";

interface Sources {
  readonly clients: ClientTable;
  readonly addresses: AddressBook;
  readonly agents: AgentBook;
  readonly judge: Judge;
  readonly intel: Pick<Intel, "network">;
  applicationName(index: number): string;
  cohortOf(row: number): string;
  /** Signals of the client's live session, if it has one, and of its network. */
  signals(row: number, ip: string): readonly Signal[];
}

/** One view, moved from row to row. */
class RowView implements ClientView {
  readonly #sources: Sources;
  #row = -1;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  point(row: number): this {
    this.#row = row;
    return this;
  }

  get id(): number {
    return this.#row;
  }

  get application(): string {
    return this.#sources.applicationName(this.#sources.clients.applicationOf(this.#row));
  }

  get ip(): string {
    return this.#sources.addresses.renderRow(this.#sources.clients, this.#row);
  }

  get userAgent(): string {
    return this.#sources.agents.entry(this.#sources.clients.agentOf(this.#row)).text;
  }

  get requests(): number {
    return this.#sources.clients.requestsOf(this.#row);
  }

  get sessions(): number {
    return this.#sources.clients.sessionsOf(this.#row);
  }

  get firstSeen(): Millis {
    return this.#f64(row64.firstSeen);
  }

  get lastSeen(): Millis {
    return this.#sources.clients.lastSeen(this.#row);
  }

  get cookieIdentity(): Hashed {
    return this.#f64(row64.identity);
  }

  get account(): Hashed {
    return this.#f64(row64.account);
  }

  get cohort(): string {
    return this.#sources.cohortOf(this.#row);
  }

  get decidedAt(): { readonly request: number; readonly time: Millis } | null {
    return this.#sources.clients.decidedAt(this.#row);
  }

  verdict(): Verdict {
    const { judge, intel, signals } = this.#sources;
    const { ip } = this;
    return judge.verdict(judge.row(this.#row, networkCode(intel, ip), [signals(this.#row, ip)]), "");
  }

  #f64(place: number): number {
    return this.#sources.clients.f64[this.#row * (rowBytes / 8) + place] as number;
  }
}

/** Every client in use, through one view object that moves on at each step. */
export function* clientViews(sources: Sources): Generator<ClientView> {
  const view = new RowView(sources);
  for (let row = 0; row < sources.clients.used; row++) if (sources.clients.alive(row)) yield view.point(row);
}
