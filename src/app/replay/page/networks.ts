import type { Kind } from "#core";
import type { ClientTable } from "../client-table.ts";
import { kinds } from "../client-table.ts";

/** One network's requests by kind. */
export interface NetworkShare {
  readonly network: string;
  readonly addresses: number;
  readonly requests: Readonly<Record<Kind, number>>;
  readonly total: number;
}

const networksMax = 262_144;
const kindCount = kinds.length;

/**
 * The networks that most automated requests came from: /24 of IPv4, /48 of IPv6, the units in which networks are
 * handed to end sites. Bounded; past the cap new networks are left out of the picture, nothing else.
 */
export function busiestNetworks(table: ClientTable, countMax: number): NetworkShare[] {
  const requests = new Map<string, Float64Array>();
  const addresses = new Map<string, Set<string>>();
  for (let i = 0; i < table.length; i++) {
    const network = networkOf(table.ip(i));
    let row = requests.get(network);
    if (row === undefined) {
      if (requests.size >= networksMax) continue;
      row = new Float64Array(kindCount);
      requests.set(network, row);
    }
    const kind = kinds.indexOf(table.kind(i));
    row[kind] = (row[kind] as number) + table.requests(i);
  }
  const weight = (row: Float64Array): number => (row[kinds.indexOf("automated")] as number) * 1e6 + sum(row);
  const chosen = [...requests].sort((a, b) => weight(b[1]) - weight(a[1])).slice(0, countMax);
  for (const [network] of chosen) addresses.set(network, new Set());
  for (let i = 0; i < table.length; i++) addresses.get(networkOf(table.ip(i)))?.add(table.ip(i));
  return chosen.map(([network, row]) => ({
    network,
    addresses: addresses.get(network)?.size ?? 0,
    requests: Object.fromEntries(kinds.map((kind, i) => [kind, row[i] ?? 0])) as Record<Kind, number>,
    total: sum(row),
  }));
}

function sum(row: Float64Array): number {
  let total = 0;
  for (const value of row) total += value;
  return total;
}

function networkOf(ip: string): string {
  if (!ip.includes(":")) return `${ip.slice(0, ip.lastIndexOf("."))}.0/24`;
  const [head = ""] = ip.split("::");
  const groups = head.split(":").slice(0, 3);
  return `${groups.join(":")}::/48`;
}
