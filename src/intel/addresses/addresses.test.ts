import { isIP } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createAddressWords, parseAddress } from "./parse-address.ts";
import { parsePrefix, parsePrefixList } from "./parse-prefix-list.ts";
import { PrefixTrie } from "./prefix-trie.ts";

function trieOf(...lines: readonly string[]): PrefixTrie {
  const trie = new PrefixTrie();
  for (const [index, line] of lines.entries()) {
    const prefix = parsePrefix(line);
    if (prefix !== undefined) trie.add(prefix, 2 ** index);
  }
  trie.seal();
  return trie;
}

test("our reader and Node's agree on what an address is", () => {
  const texts = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ unit: fc.constantFrom(..."0123456789abcdefF:.g"), maxLength: 24 }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const family = parseAddress(text, createAddressWords());
      expect(family === 0).toBe(isIP(text) === 0);
    }),
    { numRuns: 3_000 },
  );
});

test("an IPv4-mapped address is the IPv4 address it stands for", () => {
  const trie = trieOf("192.0.2.0/24");
  for (const spelling of ["192.0.2.9", "::ffff:192.0.2.9", "::FFFF:c000:209", "0:0:0:0:0:ffff:192.0.2.9"]) {
    expect(trie.lookup(spelling), spelling).toBe(1);
  }
  expect(trie.lookup("::192.0.2.9")).toBe(0);
  expect(trieOf("::ffff:192.0.2.0/120").lookup("192.0.2.1")).toBe(1);
});

test("a lookup joins the marks of every block around an address, on both sides of every edge", () => {
  const trie = trieOf("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "2001:db8::/32", "::/0");
  expect(trie.lookup("10.0.0.1")).toBe(1);
  expect(trie.lookup("10.1.255.255")).toBe(3);
  expect(trie.lookup("10.1.2.3")).toBe(7);
  expect(trie.lookup("9.255.255.255")).toBe(0);
  expect(trie.lookup("11.0.0.0")).toBe(0);
  expect(trie.lookup("2001:db8:ffff::1")).toBe(24);
  expect(trie.lookup("2001:db9::")).toBe(16);
  expect(trie.lookup("not an address")).toBe(0);
});

test("a large trie with its entry table answers as a linear search does", () => {
  const prefixes = fc.sample(
    fc.tuple(fc.ipV4(), fc.integer({ min: 6, max: 32 })).map(([ip, length]) => `${ip}/${length}`),
    { numRuns: 2_000, seed: 7 },
  );
  const trie = new PrefixTrie();
  const parsed = prefixes.flatMap((text) => parsePrefix(text) ?? []);
  for (const prefix of parsed) trie.add(prefix, 1);
  trie.seal();
  const words = createAddressWords();
  for (const ip of fc.sample(fc.ipV4(), { numRuns: 500, seed: 8 })) {
    parseAddress(ip, words);
    const value = words[0] ?? 0;
    const held = parsed.some(({ words: [word], length }) =>
      length === 0 ? true : (word ^ value) >>> (32 - length) === 0,
    );
    expect(trie.lookup(ip), ip).toBe(held ? 1 : 0);
  }
});

test("lists are read as their publishers write them", () => {
  const lines = parsePrefixList("# comment\n192.0.2.0/24 ; hosting\n2001:db8::/32,US,,\n\nnonsense here\n", {
    prefixesMax: 10,
  });
  expect(lines).toMatchObject({ rejected: 1, examples: ["nonsense here"] });
  expect(lines.prefixes).toHaveLength(2);
  const json = parsePrefixList(
    '{"creationTime":"2026","prefixes":[{"ipv4Prefix":"192.0.2.0/24"},{"ipv6Prefix":"2001:db8::/32"}]}',
    { prefixesMax: 10 },
  );
  expect(json).toMatchObject({ rejected: 0 });
  expect(json.prefixes).toHaveLength(2);
  expect(parsePrefixList("[broken", { prefixesMax: 10 })).toMatchObject({ rejected: 1 });
  expect(parsePrefixList("192.0.2.1\n192.0.2.2\n192.0.2.3", { prefixesMax: 2 })).toMatchObject({ rejected: 1 });
});

test("blocks outside the address are refused", () => {
  for (const text of [
    "192.0.2.0/33",
    "2001:db8::/129",
    "192.0.2.0/",
    "192.0.2.0/-1",
    "192.0.2/24",
    "x/8",
    "::ffff:192.0.2.0/95",
  ]) {
    expect(parsePrefix(text), text).toBeUndefined();
  }
});
