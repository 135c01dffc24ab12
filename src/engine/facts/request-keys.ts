import type { Exchange } from "#core";
import type { Facts } from "../features/facts.ts";
import { hashText, mix32 } from "../sessions/text-hash.ts";

/** Hash of the whole address. */
export function addressKey({ words }: Pick<Facts, "words">): number {
  return (
    mix32(
      (words[0] as number) ^
        mix32((words[1] as number) ^ mix32((words[2] as number) ^ mix32((words[3] as number) + 1))),
    ) || 1
  );
}

/** Hash of the /24 or /48. IPv4 stands in the last word behind the mapped prefix. */
export function subnetKey({ words }: Pick<Facts, "words">): number {
  const mapped = words[0] === 0 && words[1] === 0;
  const net = mapped
    ? (words[3] as number) >>> 8
    : (words[0] as number) ^ Math.imul((words[1] as number) >>> 16, 0x85ebca6b);
  return mix32(net + 0x5b) || 1;
}

/** Hash of a network operator; 0: unknown. */
export function networkKey(asn: number): number {
  return asn === 0 ? 0 : mix32(asn);
}

/** Hash of a country by its two letters; 0: unknown. */
export function countryKey(country: string): number {
  return country === "" ? 0 : hashText(country, 7);
}

/**
 * Hash of the program that a client is, for an account to know again: the user agent without its numbers, so that an update is no
 * new device, and the form of its TLS that resumption and WebSockets leave unchanged. Header lists are left out, because a
 * browser sends others with a form than with a page.
 */
export function deviceOf({ client, request }: Exchange): number {
  const { tls = "" } = client.fingerprint;
  return mix32(hashWithoutDigits(request.userAgent) ^ Math.imul(hashText(tls, 6), 31)) || 1;
}

/** In the manner of FNV-1a over what is no digit. */
function hashWithoutDigits(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) hash = Math.imul(hash ^ code, 0x01000193);
  }
  return mix32(hash);
}

/** Hash of what the client wears: it says who looks alike, never that this is bad. */
export function presentationOf({ client, request }: Exchange): number {
  const { headers, ja4, h2 } = client.fingerprint;
  return (
    mix32(hashText(headers, 1) ^ Math.imul(hashText(ja4, 2), 31) ^ hashText(h2, 3) ^ hashText(request.userAgent, 4)) ||
    1
  );
}
