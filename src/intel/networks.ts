import { Reader, type Response } from "maxmind";
import { GaitError, type Network, type NetworkCategory, unknownNetwork } from "#core";
import type { Prefix } from "./addresses/prefix-trie.ts";
import { PrefixTrie } from "./addresses/prefix-trie.ts";
import { GenerationCache } from "./generation-cache.ts";
import { hostingAsns } from "./hosting-asns.ts";

/** A list of address blocks that says one thing about all of them. */
export interface NetworkList {
  /** As the operator configured it; shown in verdicts. */
  readonly name: string;
  readonly category: NetworkCategory;
  readonly prefixes: readonly Prefix[];
}

/** Lists joined into one trie: list n has mark n. */
export interface JoinedLists {
  readonly lists: readonly Pick<NetworkList, "name" | "category">[];
  readonly blocks: PrefixTrie;
}

/** What a lookup rests on. Databases are whole MMDB files (GeoLite2, DB-IP, IPinfo) as bytes. */
export interface NetworkSources extends JoinedLists {
  readonly databases: readonly Uint8Array[];
  /** What the operator knows better about an autonomous system: their own offices, gateways, partners. */
  readonly asnCategories?: ReadonlyMap<number, NetworkCategory>;
  readonly networksCachedMax: number;
}

const listsMax = 31;

/**
 * Joins lists into one trie; for a million blocks a second's work, which a gateway leaves to another thread.
 *
 * @throws GaitError `intel-lists` for more than 31 lists.
 */
export function joinLists(lists: readonly NetworkList[]): JoinedLists {
  if (lists.length > listsMax) {
    throw new GaitError(
      "intel-lists",
      `${lists.length} address lists are configured; at most ${listsMax} are supported`,
    );
  }
  const blocks = new PrefixTrie();
  for (const [index, list] of lists.entries()) for (const prefix of list.prefixes) blocks.add(prefix, 2 ** index);
  blocks.seal();
  return { lists: lists.map(({ name, category }) => ({ name, category })), blocks };
}

/**
 * Builds the lookup from an address to what is known of its network: one walk of a trie over all lists and one read
 * of each database, remembered per address. Categories are what the lists say, plus `hosting` by autonomous system.
 *
 * @throws GaitError `intel-database` for bytes that are no MMDB file.
 */
export function createNetworkLookup(sources: NetworkSources): (ip: string) => Network {
  const { lists, blocks } = sources;
  // Nothing to look in: no address is worth remembering either.
  if (lists.length === 0 && sources.databases.length === 0) return () => unknownNetwork;
  const readers = sources.databases.map(openDatabase);
  const cache = new GenerationCache<string, Network>(sources.networksCachedMax);

  function look(ip: string): Network {
    const marks = blocks.lookup(ip);
    const facts = { ...noFacts };
    for (const reader of readers) readFacts(reader, ip, facts);
    if (marks === 0 && facts.asn === 0 && facts.country === "") return unknownNetwork;
    const held = lists.filter((_, index) => (marks & (2 ** index)) !== 0);
    const categories = new Set(held.map((list) => list.category));
    if (hostingAsns.has(facts.asn)) categories.add("hosting");
    const own = sources.asnCategories?.get(facts.asn);
    if (own !== undefined) categories.add(own);
    return Object.freeze({ ...facts, categories: [...categories], lists: held.map((list) => list.name) });
  }

  return (ip) => {
    const cached = cache.get(ip);
    if (cached !== undefined) return cached;
    const network = look(ip);
    cache.set(ip, network);
    return network;
  };
}

type Facts = {
  -readonly [Name in "asn" | "organisation" | "country" | "city" | "latitude" | "longitude"]: Network[Name];
};

const noFacts: Facts = {
  asn: 0,
  organisation: "",
  country: "",
  city: "",
  latitude: Number.NaN,
  longitude: Number.NaN,
};

function openDatabase(bytes: Uint8Array): Reader<Response> {
  try {
    return new Reader<Response>(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    throw new GaitError("intel-database", `expected an MMDB file, found ${bytes.byteLength} bytes: ${String(error)}`, {
      cause: error,
    });
  }
}

/** Vendors agree on the container, not on field names: MaxMind and DB-IP nest, IPinfo is flat. */
function readFacts(reader: Reader<Response>, ip: string, facts: Facts): void {
  let found: unknown;
  try {
    found = reader.get(ip);
  } catch {
    // Not an address, or an IPv6 address in an IPv4 database: unknown, and never an error of the request.
    return;
  }
  if (typeof found !== "object" || found === null) return;
  const record = found as Readonly<Record<string, unknown>>;
  const asn = record.autonomous_system_number ?? record.asn;
  if (typeof asn === "number") facts.asn = asn;
  else if (typeof asn === "string" && /^(AS)?\d{1,10}$/.test(asn)) facts.asn = Number(asn.replace("AS", ""));
  facts.organisation =
    text(record.autonomous_system_organization ?? record.as_name ?? record.name) || facts.organisation;
  facts.country = text(inner(record.country, "iso_code") ?? record.country_code ?? record.country) || facts.country;
  facts.city = text(inner(inner(record.city, "names"), "en") ?? record.city) || facts.city;
  facts.latitude = degrees(inner(record.location, "latitude") ?? record.latitude ?? record.lat, facts.latitude);
  facts.longitude = degrees(inner(record.location, "longitude") ?? record.longitude ?? record.lng, facts.longitude);
}

function inner(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function degrees(value: unknown, otherwise: number): number {
  const number = typeof value === "string" ? Number.parseFloat(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : otherwise;
}
