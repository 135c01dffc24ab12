import { type Exchange, type HttpRequest, intelLimits, limitValues, type Millis, type VerifiedAgent } from "#core";
import {
  confirmedNames,
  type NameResolver,
  type SafeFetchOptions,
  type SafeFetchResult,
  safeFetch,
} from "#integrations";
import {
  type AgentKey,
  BotClaims,
  type ClaimedSignature,
  KeyDirectories,
  type LiveIntel,
  NonceTable,
  readSignature,
  type SignatureCoverage,
  SignatureProver,
  type SignatureRefusal,
} from "#intel";

/** What is known of a request's agent now. Nothing here waits: what needs the network is `unknown` until it is known. */
export interface AgentIdentity {
  readonly standing: "signed" | "verified" | "claimed" | "impostor";
  readonly name: string;
  readonly operator: string;
  readonly verified: VerifiedAgent | undefined;
  /** How much a proven signature binds; empty without one. */
  readonly coverage: SignatureCoverage | "";
  /** Why a signature proves nothing; empty when there is none or it holds. */
  readonly refusal: SignatureRefusal | "";
}

/** An agent the operator registered by its key. */
export interface RegisteredAgent {
  readonly name: string;
  readonly operator: string;
  readonly key: AgentKey;
}

export interface AgentVerifierOptions {
  readonly intel: LiveIntel;
  readonly resolver: NameResolver;
  readonly registered: readonly RegisteredAgent[];
  /** For tests: how directories are fetched. */
  readonly fetch?: (url: string, options: SafeFetchOptions) => Promise<SafeFetchResult>;
}

const skewMs: Millis = 30_000;
const lifetimeMsMax: Millis = 86_400_000;

/**
 * Finds out who an agent is: by its signature when the key is known, by published ranges at once, by reverse names when they
 * arrive. A first request with an unknown directory or address starts the lookup and is judged without it; the next one has the
 * answer. So no client can make a request wait, and what it can make us fetch is bounded in number, size and time.
 */
export class AgentVerifier {
  readonly claims: BotClaims;
  readonly #options: AgentVerifierOptions;
  readonly #limits = limitValues(intelLimits);
  readonly #directories: KeyDirectories;
  readonly #prover: SignatureProver;
  #registered: ReadonlyMap<string, RegisteredAgent>;
  readonly #fetching = new Set<string>();
  #lookups = 0;
  #minute = Number.NEGATIVE_INFINITY;
  #begun = 0;

  constructor(options: AgentVerifierOptions) {
    const limits = this.#limits;
    this.#options = options;
    this.claims = new BotClaims({
      verdictsMax: limits.verdictsCached,
      waitingMax: limits.nameLookupsWaiting,
      lookupsPerMinuteMax: limits.nameLookupsPerMinute,
    });
    this.#directories = new KeyDirectories({ directoriesMax: limits.directories, keysMax: limits.directoryKeys });
    this.#prover = new SignatureProver({ nonces: new NonceTable(limits.nonces), skewMs, provenMax: 10_000 });
    this.#registered = byThumbprint(options.registered);
  }

  /** Takes the operator's own agents anew. */
  register(agents: readonly RegisteredAgent[]): void {
    this.#registered = byThumbprint(agents);
  }

  /** Undefined: the client claims nothing. */
  identify(exchange: Exchange, now: Millis): AgentIdentity | undefined {
    const { request, client } = exchange;
    const reading = hasSignature(request)
      ? readSignature({ ...request, authority: request.host }, now, {
          headerBytesMax: this.#limits.signatureHeaderBytes,
          componentsMax: this.#limits.signatureComponents,
          skewMs,
          lifetimeMsMax,
        })
      : undefined;
    const declared = this.#options.intel.declaredBot(request.userAgent);
    let refusal: SignatureRefusal | "" = reading?.kind === "refused" ? reading.reason : "";
    if (reading?.kind === "claimed") {
      const proof = this.#prove(reading.claim, now);
      if (typeof proof === "object") return { ...proof, coverage: reading.claim.coverage, refusal: "" };
      refusal = proof;
    }
    if (declared === undefined) {
      if (refusal === "") return undefined;
      return {
        standing: "claimed",
        name: "unproven signature",
        operator: "",
        verified: undefined,
        coverage: "",
        refusal,
      };
    }
    const { name, operator } = declared;
    const { verdict, method } = this.claims.standing(declared, client.ip, now);
    this.#lookNamesUp(now);
    if (verdict === "verified" && method !== "") {
      return { standing: "verified", name, operator, verified: { name, operator, method }, coverage: "", refusal };
    }
    return {
      standing: verdict === "impostor" ? "impostor" : "claimed",
      name,
      operator,
      verified: undefined,
      coverage: "",
      refusal,
    };
  }

  /** Lookups and fetches under way, for tests and for metrics. */
  get busy(): number {
    return this.#fetching.size + this.#lookups;
  }

  #prove(
    claim: ClaimedSignature,
    now: Millis,
  ): Pick<AgentIdentity, "standing" | "name" | "operator" | "verified"> | SignatureRefusal {
    const own = this.#registered.get(claim.keyid);
    const key = own?.key ?? this.#directoryKey(claim, now);
    if (typeof key === "string") return key;
    const proof = this.#prover.prove(claim, key, now);
    if (!proof.proven) return proof.reason;
    const host = claim.agent === "" ? claim.keyid : new URL(claim.agent).host;
    const known = this.#options.intel.bots.known.find(
      (bot) => bot.verification.signatureAgent === claim.agent && claim.agent !== "",
    );
    const name = own?.name ?? known?.name ?? host;
    const operator = own?.operator ?? known?.operator ?? host;
    return { standing: "signed", name, operator, verified: { name, operator, method: "signature" } };
  }

  #directoryKey(claim: ClaimedSignature, now: Millis): AgentKey | SignatureRefusal {
    if (claim.directory === "") return "unknown-key";
    const state = this.#directories.state(claim.directory, now);
    const key = state.keys.get(claim.keyid);
    const missing = key === undefined && this.#directories.mayRefetch(claim.directory, now);
    if (!state.fresh || missing) {
      const started = this.#fetchDirectory(claim.directory, now);
      if (key === undefined && !started) return "busy";
    }
    if (key !== undefined) return key;
    return state.problem === "" ? "unknown-key" : "directory";
  }

  /** @returns Whether the directory is being fetched; false when too many are. */
  #fetchDirectory(url: string, now: Millis): boolean {
    if (this.#fetching.has(url)) return true;
    const minute = Math.floor(now / 60_000);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#begun = 0;
    }
    if (this.#fetching.size >= this.#limits.fetchesWaiting || this.#begun >= this.#limits.fetchesPerMinute)
      return false;
    this.#begun++;
    this.#fetching.add(url);
    const options = { bytesMax: this.#limits.directoryBytes, timeoutMs: this.#limits.fetchMs };
    (this.#options.fetch ?? safeFetch)(url, options)
      .then((result) => {
        if (result.kind === "refused") return { kind: "failed", reason: `${result.reason}: ${result.detail}` } as const;
        const maxAge = /(?:^|[\s,])max-age=(\d{1,9})/.exec(result.headers["cache-control"] ?? "")?.[1];
        return {
          kind: "text",
          text: result.body.toString("utf8"),
          maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
        } as const;
      })
      .catch((error: unknown) => ({ kind: "failed", reason: String(error) }) as const)
      .then((answer) => {
        this.#directories.accept(url, answer, now);
        this.#fetching.delete(url);
      });
    return true;
  }

  #lookNamesUp(now: Millis): void {
    for (const { bot, ip } of this.claims.wanted(now)) {
      this.#lookups++;
      confirmedNames(ip, this.#options.resolver)
        .then((answer) => (answer.kind === "names" ? answer.names : undefined))
        .catch(() => undefined)
        .then((names) => {
          this.claims.learn(bot, ip, { names, now });
          this.#lookups--;
        });
    }
  }
}

function byThumbprint(agents: readonly RegisteredAgent[]): ReadonlyMap<string, RegisteredAgent> {
  return new Map(agents.map((agent) => [agent.key.thumbprint, agent]));
}

function hasSignature({ headers }: HttpRequest): boolean {
  return headers.names.some((name) => name.length === 15 && name.toLowerCase() === "signature-input");
}
