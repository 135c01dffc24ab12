import { BlockList, isIP } from "node:net";

/** A set of networks: trusted proxies, verified ranges. */
export interface NetworkSet {
  has(address: string): boolean;
}

/**
 * Builds a set from CIDR blocks and single addresses.
 *
 * @returns The set, or the first entry that is neither, so that the caller can name it.
 */
export function createNetworkSet(entries: readonly string[]): NetworkSet | { readonly bad: string } {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits, extra] = entry.split("/");
    const version = isIP(address);
    const bitsMax = version === 4 ? 32 : 128;
    if (version === 0 || extra !== undefined || (bits !== undefined && !isBits(bits, bitsMax))) return { bad: entry };
    list.addSubnet(address, bits === undefined ? bitsMax : Number(bits), version === 4 ? "ipv4" : "ipv6");
  }
  if (entries.length === 0) return { has: () => false };
  return {
    has(address) {
      const version = isIP(address);
      return version !== 0 && list.check(address, version === 4 ? "ipv4" : "ipv6");
    },
  };
}

function isBits(text: string, bitsMax: number): boolean {
  return /^[0-9]{1,3}$/.test(text) && Number(text) <= bitsMax;
}

/** The block an address is counted with: /24 of IPv4, /48 of IPv6. */
export function addressPrefix(address: string): string {
  if (!address.includes(":")) return address.slice(0, address.lastIndexOf("."));
  const head = address.split("::", 1)[0] ?? "";
  return head.split(":").slice(0, 3).join(":");
}
