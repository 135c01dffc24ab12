import { type Exchange, policyLimits, type Verdict } from "#core";
import type { RequestIdentity, Rule } from "#policy";
import { maskedPath } from "../serve/masked-path.ts";

/** What a webhook is told. Holds no cookie, token, query or body; accounts are keyed hashes. */
export interface WebhookNotice {
  /** Wall clock, ms. */
  readonly at: number;
  readonly application: string;
  readonly rule: string;
  readonly pack: string;
  readonly why: string;
  readonly action: string;
  /** The application was sent this as `X-Request-Id` where the request was let through. */
  readonly reference: string;
  readonly method: string;
  readonly path: string;
  readonly kind: string;
  readonly score: number;
  /** Keyed hash as `gait decisions` shows it; null: neither the request nor its session has one. */
  readonly account: string | null;
}

/** Tells of a rule that acted. Called on the request's way: synchronous, bounded, never throws. */
export interface WebhookTeller {
  tell(webhook: string, notice: WebhookNotice): void;
}

/** What happened, as policy knows it. */
export interface ActedUpon {
  readonly exchange: Exchange;
  readonly verdict: Verdict;
  readonly rule: Rule;
  readonly identity: RequestIdentity;
  /** Monotonic, ms. */
  readonly now: number;
}

/** Whoever was told of an account is not told of it again so soon: a rule matches with every request. */
const quietMs = 3_600_000;

/** Decides whether a webhook is told, once an hour for each rule and account, or session where there is no account. */
export class WebhookNotices {
  readonly #teller: WebhookTeller;
  readonly #told = new Map<string, number>();

  constructor(teller: WebhookTeller) {
    this.#teller = teller;
  }

  note({ exchange, verdict, rule, identity, now }: ActedUpon): void {
    const webhook = rule.does?.options.webhook;
    if (typeof webhook !== "string") return;
    const { request } = exchange;
    const key = `${webhook} ${rule.name} ${identity.account || identity.session}`;
    const until = this.#told.get(key) ?? Number.NEGATIVE_INFINITY;
    if (now < until) return;
    this.#told.delete(key);
    this.#told.set(key, now + quietMs);
    if (this.#told.size > policyLimits.webhooksToldMax.default) this.#forgetFirst();
    this.#teller.tell(webhook, {
      at: exchange.at,
      application: exchange.application,
      rule: rule.name,
      pack: rule.pack,
      why: rule.why.trim(),
      action: verdict.action,
      reference: exchange.id,
      method: request.method.slice(0, 20),
      path: maskedPath(request.path),
      kind: verdict.kind,
      score: Math.round(verdict.score.total),
      account: identity.account === 0 ? null : String(identity.account),
    });
  }

  #forgetFirst(): void {
    for (const key of this.#told.keys()) {
      this.#told.delete(key);
      return;
    }
  }
}
