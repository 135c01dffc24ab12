import type { Exchange, Observes } from "#core";

const addressesMax = 262_144;
const agentsPerAddressMax = 64;

/**
 * `--mask ua`: takes the user agent out of every exchange before judgement, so that all are one, and remembers
 * beside it which were seen at which address, for the report alone. Bounded; past the caps user agents are only
 * missing from the report.
 */
export class MaskedAgents {
  readonly #byAddress = new Map<string, Set<string>>();
  readonly #observes = new Map<Observes, Observes>();

  /** Blanks the exchange in place; only log readers' reused records are ever handed in. */
  hide(exchange: Exchange): void {
    const { client, request } = exchange;
    this.#remember(client.ip, request.userAgent);
    const open = exchange as { observes: Observes };
    const hidden = request as { userAgent: string };
    hidden.userAgent = "";
    if (exchange.marks !== undefined) (exchange.marks as { userAgent: number }).userAgent = 0;
    const names = request.headers.names;
    for (let i = 0; i < names.length; i++) {
      if (names[i]?.toLowerCase() === "user-agent") (request.headers.values as string[])[i] = "";
    }
    open.observes = this.#withoutHeaders(exchange.observes);
  }

  /** User agents seen at an address, in order of appearance. */
  at(ip: string): string[] {
    return [...(this.#byAddress.get(ip) ?? [])];
  }

  #remember(ip: string, agent: string): void {
    if (agent === "") return;
    const seen = this.#byAddress.get(ip);
    if (seen !== undefined) {
      if (seen.size < agentsPerAddressMax) seen.add(agent);
    } else if (this.#byAddress.size < addressesMax) this.#byAddress.set(ip, new Set([agent]));
  }

  /** The same view of the world without headers: an empty user agent is then unobserved, not left out by the client. */
  #withoutHeaders(observes: Observes): Observes {
    const known = this.#observes.get(observes);
    if (known !== undefined) return known;
    const masked: Observes = { ...observes, headers: "none" };
    if (this.#observes.size < 64) {
      this.#observes.set(observes, masked);
      this.#observes.set(masked, masked);
    }
    return masked;
  }
}
