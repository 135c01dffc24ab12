import type { Millis } from "#core";
import { headerValue, type SignedRequest, signatureBase } from "./signature-base.ts";
import { type InnerList, type Parameters, parseDictionary, parseItem } from "./structured-fields.ts";

/** Why a signature proves nothing. Shown to the operator; each is one sentence in docs/agents.md. */
export type SignatureRefusal =
  | "malformed"
  | "too-large"
  | "no-tag"
  | "no-keyid"
  | "no-times"
  | "future"
  | "expired"
  | "lifetime"
  | "authority-uncovered"
  | "agent-uncovered"
  | "agent-scheme"
  | "agent-type"
  | "component"
  | "algorithm"
  | "unknown-key"
  | "key-expired"
  | "directory"
  | "forged"
  | "replayed"
  | "nonce-table-full"
  | "busy";

/**
 * How much a signature binds. `authority`: only the host, so whoever sees it once can send anything to that host until
 * it expires; `request`: method and path as well. Weak coverage is accepted by the drafts and always shown.
 */
export type SignatureCoverage = "authority" | "request";

/** A well-formed Web Bot Auth signature; nothing about it is proven yet. */
export interface ClaimedSignature {
  readonly label: string;
  readonly keyid: string;
  /** URL where the keys are: the directory of the agent's origin or the JWKS it names. Empty: no Signature-Agent. */
  readonly directory: string;
  /** Origin the agent claims, `https://agent.example`. Empty: no Signature-Agent. */
  readonly agent: string;
  readonly created: Millis;
  readonly expires: Millis;
  readonly nonce: string;
  readonly algorithm: string;
  readonly coverage: SignatureCoverage;
  readonly base: string;
  readonly signature: Uint8Array;
}

export interface SignaturePolicy {
  readonly headerBytesMax: number;
  readonly componentsMax: number;
  /** How far clocks may be apart. */
  readonly skewMs: Millis;
  /** Longest life accepted. The drafts recommend no more than a day. */
  readonly lifetimeMsMax: Millis;
}

export type SignatureReading =
  | { readonly kind: "none" }
  | { readonly kind: "refused"; readonly reason: SignatureRefusal; readonly detail: string }
  | { readonly kind: "claimed"; readonly claim: ClaimedSignature };

/** Where RFC 8615 puts an agent's keys. */
export const directoryPath = "/.well-known/http-message-signatures-directory";
export const signatureTag = "web-bot-auth";

/**
 * Reads the signature a request carries by RFC 9421 and draft-ietf-webbotauth-httpsig-protocol (Signature-Agent as
 * a dictionary, `"signature-agent";key="sig1"`) or the deployed older form (Signature-Agent as one string). Everything that needs
 * no key is judged here, cheapest first; signatures with other tags are not for us and count as none.
 */
export function readSignature(request: SignedRequest, now: Millis, policy: SignaturePolicy): SignatureReading {
  const inputText = headerValue(request.headers, "signature-input");
  const signatureText = headerValue(request.headers, "signature");
  if (inputText === undefined && signatureText === undefined) return { kind: "none" };
  const agentText = headerValue(request.headers, "signature-agent");
  const bytes = (inputText ?? "").length + (signatureText ?? "").length + (agentText ?? "").length;
  if (bytes > policy.headerBytesMax) return refused("too-large", `${bytes} bytes of signature headers`);
  if (inputText === undefined || signatureText === undefined)
    return refused("malformed", "one of the two headers is missing");
  const inputs = parseDictionary(inputText);
  const signatures = parseDictionary(signatureText);
  if (inputs === undefined || signatures === undefined) return refused("malformed", "not a structured dictionary");
  for (const [label, input] of inputs) {
    if (input.kind !== "list" || stringOf(input.parameters, "tag") !== signatureTag) continue;
    const signature = signatures.get(label);
    if (signature?.kind !== "item" || signature.value.kind !== "bytes")
      return refused("malformed", `no signature "${label}"`);
    return judge(request, { label, input, signature: signature.value.value, agentText, now, policy });
  }
  return inputs.size === 0 ? refused("malformed", "no signature at all") : { kind: "none" };
}

interface Candidate {
  readonly label: string;
  readonly input: InnerList;
  readonly signature: Uint8Array;
  readonly agentText: string | undefined;
  readonly now: Millis;
  readonly policy: SignaturePolicy;
}

function judge(request: SignedRequest, candidate: Candidate): SignatureReading {
  const { label, input, policy, now } = candidate;
  if (input.items.length > policy.componentsMax) return refused("component", `${input.items.length} components`);
  const keyid = stringOf(input.parameters, "keyid");
  if (keyid === "") return refused("no-keyid", "keyid is missing");
  const created = secondsOf(input.parameters, "created");
  const expires = secondsOf(input.parameters, "expires");
  if (Number.isNaN(created) || Number.isNaN(expires)) return refused("no-times", "created and expires are required");
  if (created > now + policy.skewMs)
    return refused("future", `created ${Math.round((created - now) / 1000)} s from now`);
  if (expires <= now - policy.skewMs) return refused("expired", `expired ${Math.round((now - expires) / 1000)} s ago`);
  if (expires <= created || expires - created > policy.lifetimeMsMax)
    return refused("lifetime", `valid for ${(expires - created) / 1000} s`);
  const names = input.items.map((item) => (item.value.kind === "string" ? item.value.value : ""));
  if (!names.includes("@authority") && !names.includes("@target-uri")) {
    return refused("authority-uncovered", "a signature that names no host can be replayed anywhere");
  }
  const agent = readAgent(candidate);
  if ("refusal" in agent) return refused(agent.refusal, agent.detail);
  const built = signatureBase(request, input);
  if ("problem" in built) return refused("component", built.problem);
  const claim: ClaimedSignature = {
    label,
    keyid,
    directory: agent.directory,
    agent: agent.origin,
    created,
    expires,
    nonce: stringOf(input.parameters, "nonce"),
    algorithm: stringOf(input.parameters, "alg"),
    coverage: coverageOf(names),
    base: built.base,
    signature: candidate.signature,
  };
  return { kind: "claimed", claim };
}

function coverageOf(names: readonly string[]): SignatureCoverage {
  const target = ["@target-uri", "@request-target", "@path"].some((name) => names.includes(name));
  return target && names.includes("@method") ? "request" : "authority";
}

type AgentReading =
  | { readonly origin: string; readonly directory: string }
  | { readonly refusal: SignatureRefusal; readonly detail: string };

/** The agent's origin and where its keys are, from either form of Signature-Agent, which must be covered. */
function readAgent({ agentText, input, label }: Candidate): AgentReading {
  if (agentText === undefined) return { origin: "", directory: "" };
  const covering = input.items.find((item) => item.value.kind === "string" && item.value.value === "signature-agent");
  if (covering === undefined) {
    return {
      refusal: "agent-uncovered",
      detail: "Signature-Agent is sent but not signed, so anybody could have put it there",
    };
  }
  const key = stringOf(covering.parameters, "key");
  const member = key === "" ? parseItem(agentText) : parseDictionary(agentText)?.get(key);
  const found = member ?? parseDictionary(agentText)?.get(label);
  if (found?.kind !== "item" || found.value.kind !== "string") {
    return { refusal: "malformed", detail: "Signature-Agent is neither a string nor a dictionary of strings" };
  }
  const type = found.parameters.find(([name]) => name === "type")?.[1];
  const kind = type === undefined ? "directory" : type.kind === "token" || type.kind === "string" ? type.value : "";
  if (kind !== "directory" && kind !== "jwks_uri")
    return { refusal: "agent-type", detail: `type "${kind}" is not supported` };
  const url = URL.canParse(found.value.value) ? new URL(found.value.value) : undefined;
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "") {
    return {
      refusal: "agent-scheme",
      detail: `expected an https URL, found ${JSON.stringify(found.value.value.slice(0, 100))}`,
    };
  }
  return { origin: url.origin, directory: kind === "jwks_uri" ? url.href : url.origin + directoryPath };
}

function stringOf(parameters: Parameters, name: string): string {
  const value = parameters.find(([given]) => given === name)?.[1];
  return value?.kind === "string" ? value.value : "";
}

function secondsOf(parameters: Parameters, name: string): Millis {
  const value = parameters.find(([given]) => given === name)?.[1];
  return value?.kind === "integer" ? value.value * 1_000 : Number.NaN;
}

function refused(reason: SignatureRefusal, detail: string): SignatureReading {
  return { kind: "refused", reason, detail };
}
