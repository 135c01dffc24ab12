import { mix32 } from "../sessions/text-hash.ts";

/** Where numbers of IPv4 and IPv6 prefixes begin; operators' AS numbers lie below both. */
const prefix4 = 2 ** 33;
const prefix6 = 2 ** 49;
const mapped = 0xffff;

/** A network as a number: an operator by its AS number, or the /24 (IPv6: /48) that an address lies in. 0: none. */
export type NetworkNumber = number;

/** The /24 or /48 of the address whose four words begin at `at`; 0 for a client that was logged by name. */
export function prefixOf(words: Uint32Array, at: number): NetworkNumber {
  const [w0, w1, w2] = [words[at] as number, words[at + 1] as number, words[at + 2] as number];
  if (w0 === 0 && w1 === 0 && w2 === mapped) return prefix4 + ((words[at + 3] as number) >>> 8);
  return w0 === 0xffffffff ? 0 : prefix6 + w0 * 0x1_0000 + (w1 >>> 16);
}

/** Hash of the address, or of the /64 that one IPv6 subscriber has. */
export function addressHash(words: Uint32Array, at: number): number {
  const [w0, w1, w2] = [words[at] as number, words[at + 1] as number, words[at + 2] as number];
  const single = (w0 === 0 && w1 === 0 && w2 === mapped) || w0 === 0xffffffff;
  return single ? mix32(words[at + 3] as number) : mix32(w0 ^ mix32(w1 ^ 0x9e3779b1));
}

/** "AS64500", "192.0.2.0/24" or "2001:db8:7::/48". */
export function nameOfNetwork(network: NetworkNumber): string {
  if (network >= prefix6) {
    const bits = network - prefix6;
    const groups = [Math.floor(bits / 0x1_0000_0000), Math.floor(bits / 0x1_0000) % 0x1_0000, bits % 0x1_0000];
    return `${groups.map((group) => group.toString(16)).join(":")}::/48`;
  }
  if (network < prefix4) return `AS${network}`;
  const bits = network - prefix4;
  return `${bits >>> 16}.${(bits >>> 8) & 255}.${bits & 255}.0/24`;
}
