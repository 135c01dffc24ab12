import { writeFileSync } from "node:fs";
import { accessNetworks, bulletproofNetworks, hostingNetworks } from "./networks.ts";

/** A prefix of IPv4 and what is known of it. */
interface Entry {
  readonly address: number;
  readonly bits: number;
  readonly record: Readonly<Record<string, unknown>>;
}

type Node = [left: Node | Entry | null, right: Node | Entry | null];

/**
 * Writes the arena's countries and systems as a database an operator would bring (the MaxMind DB file format, version 2.0): a search tree with
 * records of 32 bits, sixteen zeros, the data, the metadata.
 */
export function writeNetworkDatabase(path: string): void {
  const entries: Entry[] = [
    ...accessNetworks.map(({ first, asn, country, name }) => ({
      address: first * 2 ** 24,
      bits: 8,
      record: describe(asn, name, country),
    })),
    ...[...hostingNetworks, ...bulletproofNetworks].map(({ prefix: [one, two], asn }) => ({
      address: one * 2 ** 24 + two * 2 ** 16,
      bits: 16,
      record: describe(asn, `Hosting ${asn}`, "NL"),
    })),
  ];
  const root: Node = [null, null];
  for (const entry of entries) insert(root, entry);
  const nodes: Node[] = [];
  number(root, nodes);
  const places = new Map(nodes.map((node, index) => [node, index]));
  const offsets = new Map<Entry, number>();
  let size = 0;
  const data = entries.map((entry) => {
    const bytes = encode(entry.record);
    offsets.set(entry, size);
    size += bytes.length;
    return bytes;
  });
  const tree = Buffer.alloc(nodes.length * 8);
  for (const [index, node] of nodes.entries())
    for (const side of [0, 1] as const) {
      const child = node[side];
      const value =
        child === null
          ? nodes.length
          : Array.isArray(child)
            ? (places.get(child) as number)
            : nodes.length + 16 + (offsets.get(child) as number);
      tree.writeUInt32BE(value, index * 8 + side * 4);
    }
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_790_000_000,
    database_type: "Arena-City",
    description: { en: "the arena's networks" },
    ip_version: 4,
    languages: ["en"],
    node_count: nodes.length,
    record_size: 32,
  });
  const marker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
  writeFileSync(path, Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]));
}

function describe(asn: number, name: string, country: string): Readonly<Record<string, unknown>> {
  return {
    autonomous_system_number: asn,
    autonomous_system_organization: name,
    country: { iso_code: country },
  };
}

function insert(root: Node, entry: Entry): void {
  let node = root;
  for (let bit = 0; bit < entry.bits; bit++) {
    const side = Math.floor(entry.address / 2 ** (31 - bit)) % 2 === 0 ? 0 : 1;
    if (bit === entry.bits - 1) {
      node[side] = entry;
      return;
    }
    const child = node[side];
    const next: Node = Array.isArray(child) ? child : [null, null];
    node[side] = next;
    node = next;
  }
}

function number(node: Node, into: Node[]): void {
  into.push(node);
  for (const child of node) if (Array.isArray(child)) number(child, into);
}

/** Types of the format: 2 string, 5 and 6 unsigned integers, 7 map, 11 array (extended), 9 (extended) 64-bit. Nothing here is longer than 28 but strings. */
function encode(value: unknown): Buffer {
  if (typeof value === "string") {
    const bytes = Buffer.from(value, "utf8");
    if (bytes.length < 29) return Buffer.concat([Buffer.from([(2 << 5) | bytes.length]), bytes]);
    return Buffer.concat([Buffer.from([(2 << 5) | 29, bytes.length - 29]), bytes]);
  }
  if (typeof value === "number") {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([Buffer.from([(6 << 5) | 4]), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([Buffer.from([value.length, 11 - 7]), ...value.map(encode)]);
  const pairs = Object.entries(value as Record<string, unknown>);
  return Buffer.concat([
    Buffer.from([(7 << 5) | pairs.length]),
    ...pairs.flatMap(([name, each]) => [encode(name), encode(each)]),
  ]);
}
