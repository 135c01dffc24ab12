import { randomBytes } from "node:crypto";
import { type Clock, type Exchange, type Guard, type Millis, type Observes, observesAll, type Verdict } from "#core";
import { LinkCut } from "#edge";

/** What of one probe arrived. */
export interface ArrivedProbe {
  readonly reference: string;
  readonly at: Millis;
  readonly application: string;
  readonly ip: string;
  readonly method: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly cookies: readonly string[];
  readonly observes: Observes;
  /** Undefined until the answer was reported. */
  answer: { readonly status: number; readonly setCookies: readonly string[] } | undefined;
}

/** The header that makes a request a probe; its value is the token. Not `X-Gait-…`: proxies take those out. */
export const probeHeader = "gait-doctor";
/** The header's value after the token, when the link shall be cut. */
export const cutSuffix = ".cut";

const tokensMax = 8;
const arrivedMax = 64;
const tokenMs: Millis = 5 * 60_000;

/**
 * Lets the probes of `gait doctor` pass every door without judging them: the tester is never blocked and the engine
 * learns nothing from them. A probe is known by a token that only who may use the admin socket can ask for, so nobody
 * else gains a way around the judge; it holds for five minutes.
 */
export class Probes {
  readonly #clock: Clock;
  readonly #tokens = new Map<string, { readonly until: Millis; readonly arrived: ArrivedProbe[] }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens a round of probes. The oldest of too many rounds ends. */
  begin(): string {
    const token = randomBytes(16).toString("hex");
    if (this.#tokens.size >= tokensMax) for (const [first] of [...this.#tokens].slice(0, 1)) this.#tokens.delete(first);
    this.#tokens.set(token, { until: this.#clock.monotonic() + tokenMs, arrived: [] });
    return token;
  }

  /** What arrived in a round; undefined when there is none of that token. */
  arrived(token: string): readonly ArrivedProbe[] | undefined {
    return this.#tokens.get(token)?.arrived;
  }

  around(guard: Guard): Guard {
    return {
      inspect: (exchange) => {
        const token = this.#tokens.size === 0 ? undefined : this.#tokenOf(exchange);
        if (token === undefined) return guard.inspect(exchange);
        if (token.cut) throw new LinkCut("gait doctor asked for it");
        if (token.arrived.length < arrivedMax) token.arrived.push(arrivedFrom(exchange));
        return passing(exchange.id);
      },
      observe: (exchange) => {
        const token = this.#tokens.size === 0 ? undefined : this.#tokenOf(exchange);
        if (token === undefined) guard.observe(exchange);
        else {
          const probe = token.arrived.find(({ reference }) => reference === exchange.id);
          const { response } = exchange;
          if (probe !== undefined && response !== undefined)
            probe.answer = { status: response.status, setCookies: response.setCookies.map(({ name }) => name) };
        }
      },
    };
  }

  #tokenOf({ request }: Exchange): { readonly cut: boolean; readonly arrived: ArrivedProbe[] } | undefined {
    const { names, values } = request.headers;
    const at = names.findIndex((name) => name.toLowerCase() === probeHeader);
    const value = at < 0 ? "" : (values[at] ?? "");
    const cut = value.endsWith(cutSuffix);
    const found = this.#tokens.get(cut ? value.slice(0, -cutSuffix.length) : value);
    return found === undefined || found.until < this.#clock.monotonic() ? undefined : { cut, arrived: found.arrived };
  }
}

function arrivedFrom({ id, at, application, client, request, observes }: Exchange): ArrivedProbe {
  return {
    reference: id,
    at,
    application,
    ip: client.ip,
    method: request.method,
    scheme: request.scheme,
    host: request.host,
    path: request.path,
    cookies: request.cookies.map(({ name }) => name),
    observes: { ...observesAll, ...observes },
    answer: undefined,
  };
}

function passing(reference: string): Verdict {
  return {
    action: "allow",
    kind: "unknown",
    score: { total: 0, behaviour: 0, presentation: 0 },
    signals: [],
    rule: "gait doctor",
    watched: [],
    basis: "list",
    certifiedFpr: null,
    reference,
    revision: 0,
  };
}
