import { type Fields, field, type RequestHead } from "#wire";
import type { ConnectionFacts } from "./seam.ts";

/** Names of the headers in which a proxy before us tells what it saw of the client's TLS and HTTP/2. */
export interface PresentationHeaders {
  /** JA4 of the client's ClientHello, such as `X-JA4`. */
  readonly ja4?: string | undefined;
  /** HTTP/2 fingerprint in Akamai's layout. */
  readonly h2?: string | undefined;
}

/** The same names in lower case, compiled once per configuration. */
export interface PresentationNames {
  readonly ja4: string;
  readonly h2: string;
}

export function presentationNames(headers: PresentationHeaders = {}): PresentationNames {
  return { ja4: headers.ja4?.toLowerCase() ?? "", h2: headers.h2?.toLowerCase() ?? "" };
}

/** What a fingerprint may consist of; anything longer or stranger is not repeated. */
const fingerprintText = /^[A-Za-z0-9_.,:;|=-]{1,256}$/;

/**
 * How the client presented itself, once trusted proxies had their say. Behind a trusted proxy the connection's own TLS
 * and HTTP/2 are the proxy's and say nothing about the client, so they count for nothing; what the proxy saw counts
 * where it was agreed on by name. A stranger's header of that name is a claim and is not even read.
 */
export function presentationOf(facts: ConnectionFacts, fields: Fields, names: PresentationNames): ConnectionFacts {
  if (!facts.trusted) return facts;
  const told = (name: string): string => {
    const value = name === "" ? "" : valueByName(fields, name);
    return fingerprintText.test(value) ? value : "";
  };
  return { ...facts, ja4: told(names.ja4), tls: "", h2: told(names.h2) };
}

/** A stranger's claims under agreed names go no further: an upstream that trusts us would believe them. */
export function withoutClaims(head: RequestHead, facts: ConnectionFacts, names: PresentationNames): RequestHead {
  if (facts.trusted || (names.ja4 === "" && names.h2 === "")) return head;
  const claimed = [names.ja4, names.h2].filter((name) => name !== "" && indexOfName(head.fields, name) >= 0);
  if (claimed.length === 0) return head;
  return { ...head, nominated: [...head.nominated, ...claimed], oddities: [...head.oddities, "presentation-claimed"] };
}

function valueByName(fields: Fields, name: string): string {
  const index = indexOfName(fields, name);
  return index < 0 ? "" : (fields.values[index] ?? "");
}

function indexOfName({ names, ids }: Fields, name: string): number {
  for (let i = 0; i < names.length; i++) {
    if (ids[i] === field.other && names[i]?.toLowerCase() === name) return i;
  }
  return -1;
}
