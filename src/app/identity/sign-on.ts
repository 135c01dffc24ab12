import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { appLimits, GaitError, type Millis } from "#core";
import { type OwnServer, safeFetch } from "#integrations";
import type { SignOnConfig } from "../config/sign-on-section.ts";
import { readSecretFile } from "../serve/secret-file.ts";
import { loadOpenId, type OpenIdClient, type OpenIdConfiguration } from "./open-id.ts";
import { type SignedOn, whoIs } from "./signed-on.ts";

/** A way to the provider: where the browser goes, and what it keeps to prove that it is the one that was sent. */
export interface SignOnStart {
  readonly kind: "started";
  readonly url: string;
  /** For the cookie; nowhere else. */
  readonly flow: string;
}

/** Why signing in through the provider did not work: it said no, or it could not be asked. */
export interface SignOnFailure {
  readonly kind: "refused" | "unavailable";
  readonly reason: string;
}

interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly startedAt: Millis;
}

interface Discovered {
  readonly client: OpenIdClient;
  readonly configuration: OpenIdConfiguration;
  readonly at: Millis;
}

/** How long somebody may take at the provider. */
export const flowMs: Millis = 10 * 60_000;
const discoveryMs: Millis = 3_600_000;
const timeoutMs: Millis = 10_000;
const answerBytesMax = 262_144;

/**
 * Signing in through an OpenID Connect provider: authorization code with PKCE (RFC 7636), `state` bound to the browser by a
 * cookie, `nonce`, and the ID token's signature checked against the provider's keys (OpenID Connect Core 3.1).
 *
 * What is fetched is fetched as if a stranger had chosen it: the provider's document names its other addresses, and one
 * that was taken over would otherwise send us into our own network. A flow is good once and for ten minutes.
 */
export class SignOn {
  readonly config: SignOnConfig;
  readonly #secret: string | undefined;
  readonly #own: OwnServer | undefined;
  readonly #flows = new Map<string, Flow>();
  #discovered: Discovered | undefined;

  /** @throws GaitError `secret-file` */
  constructor(config: SignOnConfig) {
    this.config = config;
    const { clientSecretFile, addresses, caFile } = config;
    this.#secret =
      clientSecretFile === undefined ? undefined : readSecretFile(clientSecretFile, "admin.signOn.clientSecretFile");
    const inside = addresses.length > 0 || caFile !== undefined || new URL(config.issuer).port !== "";
    this.#own = inside ? { addresses, ca: caFile === undefined ? undefined : readAuthorities(caFile) } : undefined;
  }

  /** Begins: the address to send the browser to. @param now monotonic */
  async begin(now: Millis): Promise<SignOnStart | SignOnFailure> {
    const found = await this.#discover(now);
    if ("kind" in found) return found;
    const { client, configuration } = found;
    const flow = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const challenge = await client.calculatePKCECodeChallenge(flow.verifier);
    // The browser is sent there by a script: `javascript:` in the provider's document would run as ours.
    const page = configuration.serverMetadata().authorization_endpoint ?? "";
    if (!page.startsWith("https://")) return unavailable(`its sign-in page is ${JSON.stringify(page)}, expected https`);
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.config.redirectUrl,
      scope: [...new Set(["openid", ...this.config.scopes])].join(" "),
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: challenge,
      code_challenge_method: "S256",
    });
    const id = randomBytes(32).toString("base64url");
    this.#makeRoom(now);
    this.#flows.set(digest(id), { ...flow, startedAt: now });
    return { kind: "started", url: url.href, flow: id };
  }

  /**
   * Ends: who came back. @param parameters the query string the provider sent the browser back with
   * @param flow what the browser kept @param now monotonic
   */
  async finish(
    parameters: string,
    { flow: id, now }: { readonly flow: string | undefined; readonly now: Millis },
  ): Promise<SignedOn | SignOnFailure> {
    const flow = id === undefined ? undefined : this.#take(id, now);
    // Without it anybody could have this browser finish a sign-in of theirs (login cross-site request forgery).
    if (flow === undefined)
      return { kind: "refused", reason: "this browser did not begin to sign in, or it took longer than ten minutes" };
    const found = await this.#discover(now);
    if ("kind" in found) return found;
    const { client, configuration } = found;
    try {
      const back = new URL(this.config.redirectUrl);
      back.search = parameters;
      const tokens = await client.authorizationCodeGrant(configuration, back, {
        pkceCodeVerifier: flow.verifier,
        expectedState: flow.state,
        expectedNonce: flow.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims() ?? {};
      const told = whoIs(this.config, claims);
      if (told.kind === "signed-on" || configuration.serverMetadata().userinfo_endpoint === undefined) return told;
      // Many providers keep groups out of the ID token.
      const more = await client.fetchUserInfo(configuration, tokens.access_token, String(claims.sub));
      return whoIs(this.config, { ...more, ...claims });
    } catch (error) {
      return failureOf(error);
    }
  }

  async #discover(now: Millis): Promise<Discovered | SignOnFailure> {
    if (this.#discovered !== undefined && now - this.#discovered.at < discoveryMs) return this.#discovered;
    const loaded = await loadOpenId();
    if (loaded.kind === "missing") return { kind: "unavailable", reason: loaded.hint };
    const client = loaded.module;
    const { issuer, clientId } = this.config;
    try {
      const options = {
        [client.customFetch]: this.#fetch,
        timeout: timeoutMs / 1_000,
        execute: [client.enableNonRepudiationChecks],
      };
      const first = await client.discovery(new URL(issuer), clientId, undefined, client.None(), options);
      const configuration =
        this.#secret === undefined
          ? first
          : await client.discovery(
              new URL(issuer),
              clientId,
              undefined,
              authentication(client, first, this.#secret),
              options,
            );
      this.#discovered = { client, configuration, at: now };
      return this.#discovered;
    } catch (error) {
      return unavailable(reasonOf(error));
    }
  }

  readonly #fetch = async (
    url: string,
    asked: { readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly body?: unknown },
  ): Promise<Response> => {
    const { method, headers, body } = asked;
    const result = await safeFetch(url, {
      bytesMax: answerBytesMax,
      timeoutMs,
      refusals: "handed-over",
      ...(this.#own === undefined ? {} : { own: this.#own }),
      ...(method === "POST" ? { post: { body: String(body ?? ""), headers } } : { headers }),
    });
    if (result.kind === "refused") throw new Error(`${new URL(url).origin}: ${result.reason}: ${result.detail}`);
    return new Response(new Uint8Array(result.body), { status: result.status, headers: result.headers });
  };

  #take(id: string, now: Millis): Flow | undefined {
    const key = digest(id);
    const flow = this.#flows.get(key);
    this.#flows.delete(key);
    return flow === undefined || now - flow.startedAt > flowMs ? undefined : flow;
  }

  #makeRoom(now: Millis): void {
    for (const [key, { startedAt }] of this.#flows) {
      if (this.#flows.size < appLimits.signOnFlowsMax.default && now - startedAt <= flowMs) return;
      this.#flows.delete(key);
    }
  }
}

/** Basic is what providers must know (RFC 6749 section 2.3.1); some say that they only take the body. */
function authentication(client: OpenIdClient, first: OpenIdConfiguration, secret: string): unknown {
  const known = first.serverMetadata().token_endpoint_auth_methods_supported;
  const bodyOnly =
    known !== undefined && !known.includes("client_secret_basic") && known.includes("client_secret_post");
  return bodyOnly ? client.ClientSecretPost(secret) : client.ClientSecretBasic(secret);
}

function readAuthorities(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new GaitError(
      "secret-file",
      `admin.signOn.caFile: the file ${JSON.stringify(path)} cannot be read (${code})`,
      {
        exitCode: 2,
      },
    );
  }
}

function failureOf(error: unknown): SignOnFailure {
  const { error: said, error_description: more, cause } = (error ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof said === "string") {
    const described = typeof more === "string" && more !== "" ? ` (${more})` : "";
    return { kind: "refused", reason: oneLine(`the provider says ${said}${described}`) };
  }
  const fetched = cause instanceof Error && cause.message.startsWith("https:");
  return fetched
    ? unavailable(reasonOf(error))
    : { kind: "refused", reason: oneLine(`the provider's answer: ${reasonOf(error)}`) };
}

function unavailable(reason: string): SignOnFailure {
  return { kind: "unavailable", reason: oneLine(`the identity provider cannot be asked: ${reason}`) };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause !== error
    ? `${error.message}: ${error.cause.message}`
    : error.message;
}

/** What a provider says is shown to people, so it is one line of bounded length. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, " ").slice(0, 300);
}

function digest(id: string): string {
  return createHash("sha256").update(id).digest("base64url");
}

/** The provider of a configuration, or undefined where people sign in with passwords alone. @throws GaitError */
export function openSignOn(config: SignOnConfig | undefined): SignOn | undefined {
  return config === undefined ? undefined : new SignOn(config);
}
