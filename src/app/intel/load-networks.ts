import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { GaitError, intelLimits, limitValues, type Millis } from "#core";
import {
  type BotClaims,
  type BotDirectory,
  joinLists,
  type NetworkList,
  type NetworkSources,
  PrefixTrie,
  parsePrefixList,
} from "#intel";
import type { AddressListConfig, IntelConfig } from "../config/config.ts";
import { parseDuration } from "../config/duration.ts";
import type { ListStore } from "./list-store.ts";
import type { ListSource } from "./update-lists.ts";

/** Something about the lists that an operator must see. */
export interface ListAlarm {
  readonly list: string;
  readonly text: string;
}

/** Every list that `gait intel update` keeps: the configured ones, and the ranges that bots' operators publish. */
export function listSources(config: IntelConfig, bots: BotDirectory): readonly ListSource[] {
  const own = config.lists.map((list) => ({ name: list.name, source: list.source, checksum: list.sha256 ?? "" }));
  if (!config.botRanges) return own;
  const urls = new Set(bots.known.flatMap((bot) => bot.verification.ranges));
  return [...own, ...[...urls].map((url) => ({ name: url, source: url, checksum: "" }))];
}

/** The accepted lists and configured databases, read. @throws GaitError `intel-database` for a file that cannot be read. */
export function loadNetworks(config: IntelConfig, store: ListStore): Omit<NetworkSources, "networksCachedMax"> {
  const limits = limitValues(intelLimits);
  const lists = config.lists.flatMap((list) => readList(list, store, limits.listPrefixes));
  checkDatabases(config.databases);
  const databases = config.databases.map((file) => readFileSync(file));
  return { ...joinLists(lists), databases };
}

/** A database ends with its description, behind this mark (MaxMind DB file format, section "Metadata"). */
const databaseMark = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
const descriptionBytesMax = 128 * 1_024;

/**
 * Looks whether the files can be databases, without reading them whole: a mistake is told at once, also where the reading is
 * left to another thread. @throws GaitError `intel-database`.
 */
export function checkDatabases(files: readonly string[]): void {
  const { databaseBytes } = limitValues(intelLimits);
  for (const file of files) {
    const fault = databaseFault(file, databaseBytes);
    if (fault !== "") throw new GaitError("intel-database", `intel.databases: ${fault}`);
  }
}

function databaseFault(file: string, bytesMax: number): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r");
    const { size } = fstatSync(descriptor);
    if (size > bytesMax) return `${JSON.stringify(file)} has ${size} bytes; at most ${bytesMax} are read`;
    const tail = Buffer.alloc(Math.min(size, descriptionBytesMax));
    readSync(descriptor, tail, 0, tail.length, size - tail.length);
    return tail.includes(databaseMark) ? "" : `expected an MMDB file, found ${size} bytes in ${JSON.stringify(file)}`;
  } catch (error) {
    return `cannot read ${JSON.stringify(file)} (${(error as NodeJS.ErrnoException).code ?? "unknown"})`;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function readList(
  { name, category }: AddressListConfig,
  store: ListStore,
  prefixesMax: number,
): readonly NetworkList[] {
  const text = store.text(name);
  return text === undefined ? [] : [{ name, category, prefixes: parsePrefixList(text, { prefixesMax }).prefixes }];
}

/** Gives the verifier the published ranges that were fetched. @returns How many lists it got. */
export function loadBotRanges(claims: BotClaims, bots: BotDirectory, store: ListStore): number {
  const { listPrefixes } = limitValues(intelLimits);
  let loaded = 0;
  for (const url of new Set(bots.known.flatMap((bot) => bot.verification.ranges))) {
    const text = store.text(url);
    if (text === undefined) continue;
    const trie = new PrefixTrie();
    for (const prefix of parsePrefixList(text, { prefixesMax: listPrefixes }).prefixes) trie.add(prefix, 1);
    trie.seal();
    claims.setRanges(url, trie);
    loaded++;
  }
  return loaded;
}

/** What is wrong with the lists: never fetched, refused, or too old. */
export function listAlarms(
  sources: readonly ListSource[],
  store: ListStore,
  options: { readonly now: Millis; readonly maximumAge: string },
): readonly ListAlarm[] {
  const ageMax = parseDuration(options.maximumAge) ?? Number.POSITIVE_INFINITY;
  return sources.flatMap(({ name }) => {
    const record = store.record(name);
    if (record === undefined) return [{ list: name, text: "never fetched: run `gait intel update`" }];
    if (record.refused !== "")
      return [
        {
          list: name,
          text: `last update refused (${record.refused}); ${record.checksum === "" ? "there is none in use" : "the one before stays in use"}`,
        },
      ];
    const days = Math.floor((options.now - record.checkedAt) / 86_400_000);
    return options.now - record.checkedAt > ageMax ? [{ list: name, text: `${days} days old` }] : [];
  });
}
