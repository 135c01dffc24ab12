import { type Exchange, fnv1a, type Intel, type Signal } from "#core";
import { AccountRisk, type CompromisedAccount } from "../auth/account-risk.ts";
import { ContextShifts } from "../auth/context-shift.ts";
import { asksSecondFactor, SecondFactors } from "../auth/second-factor.ts";
import { row64, rowBytes } from "../clients/client-table.ts";
import { isLogin } from "../features/authentication.ts";
import { counter } from "../features/counters.ts";
import { type Facts, methodCode } from "../features/facts.ts";
import type { FeatureState } from "../features/state.ts";
import { AccountJourneys } from "../geography/index.ts";
import { networkCode, networkOf } from "../networks.ts";
import { slot32 } from "../sessions/session-table.ts";
import { isExport, sensitiveStepOf } from "./sensitive-steps.ts";

const none: readonly Signal[] = [];

/**
 * Account risk as the guard drives it: learns where accounts log in from, and speaks up when a login unlike the account
 * is followed by a step that turns access into loss. What is to be held is that step, not the person.
 */
export class AccountPart {
  readonly #state: FeatureState;
  readonly #intel: Pick<Intel, "network">;
  readonly risk: AccountRisk = new AccountRisk();
  /** How the mix of log-ins differs from the same hour of earlier weeks. */
  readonly shifts: ContextShifts = new ContextShifts();
  readonly #factors: SecondFactors = new SecondFactors();
  readonly #journeys: AccountJourneys = new AccountJourneys();

  constructor(state: FeatureState, intel: Pick<Intel, "network">) {
    this.#state = state;
    this.#intel = intel;
  }

  /** Accounts that may be in other hands, most recent first. */
  compromised(): readonly CompromisedAccount[] {
    return this.risk.compromised();
  }

  /** The sensitive step of a strangely entered account, as a signal. */
  signals(facts: Facts, exchange: Exchange): readonly Signal[] {
    const reads = facts.method <= methodCode.head;
    if (reads && !isExport(exchange.request.path)) return none;
    const account = this.#accountOf(facts, exchange);
    if (account === 0) return none;
    const tired = this.#fatigue(account, facts.at);
    if (isLogin(facts)) return exchange.request.account === 0 ? tired : [...this.#travel(facts, exchange), ...tired];
    // Most steps are taken with a session's cookie and name no account: it is the one that the client logged in to.
    const step = sensitiveStepOf(exchange.request.path);
    if (step === undefined || !this.risk.step(account, step, facts.at)) return tired;
    return [{ detector: "takeover-chain", axis: "account", group: "takeover", nats: 4, evidence: { step } }, ...tired];
  }

  /** The account that a request names, or the one that its client logged in to. */
  #accountOf({ row }: Facts, { request }: Exchange): number {
    return request.account || (this.#state.clients.f64[row * (rowBytes / 8) + row64.account] as number);
  }

  /** The account's second factor is asked for again and again. */
  #fatigue(account: number, at: number): readonly Signal[] {
    const found = this.#factors.fatigue(account, at);
    if (found === undefined) return none;
    const { nats, pushes, minutes } = found;
    const evidence = { pushes, minutes, attack: "second-factor fatigue", threat: "OAT-007" };
    return [{ detector: "second-factor-fatigue", axis: "account", group: "takeover", nats, evidence }];
  }

  /** Whoever makes a second factor ask has the password. */
  #observeFactor(facts: Facts, exchange: Exchange): void {
    if (!asksSecondFactor(exchange, isLogin(facts))) return;
    const account = this.#accountOf(facts, exchange);
    if (account === 0) return;
    const { nats, pushes, minutes } = this.#factors.asked(account, facts.at);
    if (nats <= 0) return;
    const reason = `its second factor was asked for again and again: ${pushes} times in ${minutes} minutes`;
    this.risk.expose(account, facts.at, { nats, reason });
  }

  /** How many of device, network and country are new to the account that a request claims; -1 unknown. */
  novelty(facts: Facts, exchange: Exchange): number {
    const { account } = exchange.request;
    if (account === 0) return -1;
    const { country, asn } = this.#intel.network(exchange.client.ip);
    const device = this.#state.sessions.identityOf(facts.slot);
    return this.risk.novelty(account, { device, asn, country: country === "" ? 0 : fnv1a(country) });
  }

  /** `suspicious`: the session belongs to a convicted cohort. */
  response(facts: Facts, exchange: Exchange, suspicious: boolean): void {
    const { account } = exchange.request;
    const status = exchange.response?.status ?? 0;
    if (isLogin(facts) && status > 0) this.#observeShift(facts, exchange, status);
    this.#observeFactor(facts, exchange);
    if (!isLogin(facts) || account === 0 || status < 200 || status >= 400) return;
    const network = this.#intel.network(exchange.client.ip);
    const { headers, ja4 } = exchange.client.fingerprint;
    const context = {
      country: network.country === "" ? 0 : fnv1a(network.country),
      asn: network.asn,
      device: this.#state.sessions.identityOf(facts.slot),
      presentation: fnv1a(headers, fnv1a(ja4, fnv1a(exchange.request.userAgent))),
      hour: Math.floor(facts.at / 3_600_000) % 24,
    };
    this.risk.login(account, context, { at: facts.at, share, suspicious });
    this.#journeys.letIn(account, network, { at: facts.at, teaches: !suspicious });
  }

  /** A log-in from where the account cannot be by now. */
  #travel(facts: Facts, exchange: Exchange): readonly Signal[] {
    const jump = this.#journeys.jump(exchange.request.account, this.#intel.network(exchange.client.ip), facts.at);
    if (jump === undefined) return none;
    const { nats, km, hours } = jump;
    return [{ detector: "impossible-travel", axis: "geography", group: "travel", nats, evidence: { km, hours } }];
  }

  /** How long the client looked at its page before it submitted, in words. */
  #pause({ slot, tick }: Facts): string {
    const page = this.#state.sessions.get(slot, slot32.lastPageAt);
    if (page === 0 || tick < page) return "";
    const seconds = (tick - page) / 1_000;
    const bin = pauses.findIndex((most) => seconds < most);
    if (bin < 0) return " after a minute or more";
    return ` after ${bin === 0 ? "less than 1" : `${pauses[bin - 1]}-${pauses[bin]}`} s`;
  }

  /** What kind of log-in this was, as facets that an operator understands. */
  #observeShift(facts: Facts, { client, application }: Exchange, status: number): void {
    const { endpoints, sessions, clients } = this.#state;
    const facets = [
      application,
      endpoints.template(facts.endpoint),
      clients.get(facts.row, counter.pages) === 0 ? "no page before" : `from a page${this.#pause(facts)}`,
      sessions.identityOf(facts.slot) === 0 ? "fresh jar" : "known jar",
      `${networkOf(networkCode(this.#intel, client.ip))} network`,
      status < 400 ? "let in" : "refused",
    ];
    this.shifts.observe(facets, facts.at);
  }
}

/** Upper edges of the pauses that are told apart, in seconds. */
const pauses = [1, 3, 10, 20, 60] as const;

/** Share of people with a given value of a facet, design values: networks and devices are many, looks few; every second log-in comes without a jar. */
function share(facet: string, value: number): number {
  if (facet === "country") return 0.3;
  if (facet === "device" && value === 0) return 0.5;
  return facet === "presentation" ? 0.05 : 0.01;
}
