import { constants, createPublicKey, type KeyObject, sign } from "node:crypto";
import type { HeaderList, Millis } from "#core";
import { agentKeyFrom, type SignatureAlgorithm } from "./public-keys.ts";
import { signatureTag } from "./read-signature.ts";
import { type SignedRequest, signatureBase } from "./signature-base.ts";
import { type BareItem, type InnerList, type Item, type Parameters, renderMember } from "./structured-fields.ts";

/** How an agent signs. Chance and time are the caller's: `nonce` should be 64 random bytes in base64. */
export interface SigningOptions {
  readonly key: KeyObject;
  readonly now: Millis;
  readonly lifetimeMs?: Millis;
  /** Empty: no nonce, and the signature can be sent again until it expires. */
  readonly nonce: string;
  /** `https://agent.example`, whose directory holds the key. Empty: the server must know the key. */
  readonly signatureAgent?: string;
  /** `dictionary` is the current draft's form of Signature-Agent, `string` the older one still deployed. */
  readonly form?: "dictionary" | "string";
  /** Signature-Agent is added to them. */
  readonly components?: readonly string[];
}

/** Headers to add to the request. */
export interface SignatureHeaders {
  readonly Signature: string;
  readonly "Signature-Input": string;
  readonly "Signature-Agent"?: string;
}

const label = "sig1";
const lifetimeDefaultMs: Millis = 60_000;
/** Binds host, method and path: stronger than the drafts' minimum, which any replay to the same host passes. */
const componentsDefault: readonly string[] = ["@authority", "@method", "@path"];

/** Signs a request as Web Bot Auth asks. @throws RangeError when a component is not in the request or the key cannot sign. */
export function signRequest(
  request: Omit<SignedRequest, "headers"> & { readonly headers?: HeaderList },
  options: SigningOptions,
): SignatureHeaders {
  const { key, now, nonce, signatureAgent = "", form = "dictionary" } = options;
  const parsed = agentKeyFrom(createPublicKey(key as never).export({ format: "jwk" }));
  if (parsed === undefined) throw new RangeError("expected an Ed25519, P-256 or RSA (2048-4096) private key");
  const agentHeader = form === "dictionary" ? `${label}=${renderString(signatureAgent)}` : renderString(signatureAgent);
  const headers: HeaderList = {
    names: [...(request.headers?.names ?? []), ...(signatureAgent === "" ? [] : ["Signature-Agent"])],
    values: [...(request.headers?.values ?? []), ...(signatureAgent === "" ? [] : [agentHeader])],
  };
  const items = (options.components ?? componentsDefault).map((name) => itemOf(name, []));
  if (signatureAgent !== "") {
    items.push(itemOf("signature-agent", form === "dictionary" ? [["key", { kind: "string", value: label }]] : []));
  }
  const created = Math.floor(now / 1_000);
  const parameters: [string, BareItem][] = [
    ["created", { kind: "integer", value: created }],
    ["expires", { kind: "integer", value: created + Math.ceil((options.lifetimeMs ?? lifetimeDefaultMs) / 1_000) }],
    ["keyid", { kind: "string", value: parsed.thumbprint }],
    ["alg", { kind: "string", value: parsed.algorithm }],
  ];
  if (nonce !== "") parameters.push(["nonce", { kind: "string", value: nonce }]);
  parameters.push(["tag", { kind: "string", value: signatureTag }]);
  const covered: InnerList = { kind: "list", items, parameters };
  const built = signatureBase({ ...request, headers }, covered);
  if ("problem" in built) throw new RangeError(built.problem);
  const signature = signBase(parsed.algorithm, key, built.base);
  return {
    Signature: `${label}=:${signature.toString("base64")}:`,
    "Signature-Input": `${label}=${renderMember(covered)}`,
    ...(signatureAgent === "" ? {} : { "Signature-Agent": agentHeader }),
  };
}

/** Invites an agent to sign its next request (RFC 9421 section 5.1). @param nonce Empty: the agent chooses. */
export function acceptSignature(nonce: string): string {
  const parameters: [string, BareItem][] = [
    ["created", { kind: "boolean", value: true }],
    ["expires", { kind: "boolean", value: true }],
    ["keyid", { kind: "boolean", value: true }],
  ];
  if (nonce !== "") parameters.push(["nonce", { kind: "string", value: nonce }]);
  parameters.push(["tag", { kind: "string", value: signatureTag }]);
  const items = ["@authority", "@method", "@path", "signature-agent"].map((name) => itemOf(name, []));
  return `${label}=${renderMember({ kind: "list", items, parameters })}`;
}

function signBase(algorithm: SignatureAlgorithm, key: KeyObject, base: string): Buffer {
  const data = Buffer.from(base, "latin1");
  switch (algorithm) {
    case "ed25519":
      return sign(null, data, key);
    case "ecdsa-p256-sha256":
      return sign("sha256", data, { key, dsaEncoding: "ieee-p1363" });
    case "rsa-pss-sha512":
      return sign("sha512", data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 });
  }
}

function itemOf(name: string, parameters: Parameters): Item {
  return { kind: "item", value: { kind: "string", value: name }, parameters };
}

function renderString(text: string): string {
  return renderMember({ kind: "item", value: { kind: "string", value: text }, parameters: [] });
}
