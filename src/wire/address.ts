import { BlockList, isIP, SocketAddress } from "node:net";

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

/**
 * The one text form of an address: dotted IPv4, or RFC 5952 IPv6; IPv4-mapped addresses become IPv4, zones are cut.
 * Empty when the text is not an address.
 */
export function canonicalAddress(text: string): string {
  const version = isIP(text);
  if (version === 4) return text;
  if (version === 0) return "";
  const percent = text.indexOf("%");
  const bare = percent < 0 ? text : text.slice(0, percent);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  if (mapped?.[1] !== undefined) return mapped[1];
  const address = new SocketAddress({ address: bare, family: "ipv6" }).address;
  const hexMapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (hexMapped === null) return mappedDotted(address);
  const high = Number.parseInt(hexMapped[1] ?? "", 16);
  const low = Number.parseInt(hexMapped[2] ?? "", 16);
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

function mappedDotted(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/** The block an address is counted with: /24 of IPv4, /48 of IPv6. */
export function addressPrefix(address: string): string {
  if (!address.includes(":")) return address.slice(0, address.lastIndexOf("."));
  const head = address.split("::", 1)[0] ?? "";
  return head.split(":").slice(0, 3).join(":");
}
