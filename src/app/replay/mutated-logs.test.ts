import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { createRandom, type Random } from "#core";
import { runGait } from "./testdata/run-gait.ts";
import { sampleLog } from "./testdata/sample-log.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-mutants-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const count = 200;
const base = Buffer.from(sampleLog().split("\n").slice(0, 400).join("\n"));

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const at = (bytes: Buffer, random: Random): number => Math.floor(random() * bytes.length);

function spliced(bytes: Buffer, place: number, insert: Buffer | string): Buffer {
  return Buffer.concat([bytes.subarray(0, place), Buffer.from(insert as string), bytes.subarray(place)]);
}

const caddyLine = '{"ts":1767603600,"request":{"remote_ip":"192.0.2.1","method":"GET","uri":"/"},"status":200}\n';

const mutations: Readonly<Record<string, Mutation>> = {
  truncated: (bytes, random) => bytes.subarray(0, at(bytes, random)),
  "cut at the front": (bytes, random) => bytes.subarray(at(bytes, random)),
  "binary block": (bytes, random) =>
    spliced(bytes, at(bytes, random), Buffer.from(Array.from({ length: 3_000 }, () => Math.floor(random() * 256)))),
  "NUL block": (bytes, random) => spliced(bytes, at(bytes, random), Buffer.alloc(Math.floor(random() * 200_000))),
  "line of a megabyte": (bytes, random) => spliced(bytes, at(bytes, random), "x".repeat(1_048_576)),
  "megabyte without an end": (bytes) => Buffer.concat([bytes, Buffer.alloc(1_500_000, 0x20)]),
  "UTF-16": (bytes) => Buffer.from(bytes.toString("latin1"), "utf16le"),
  "Latin-1 in place of UTF-8": (bytes, random) =>
    spliced(bytes, at(bytes, random), Buffer.from([0xe9, 0xff, 0xc3, 0x28])),
  "byte order mark": (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  "clock backwards": (bytes) => Buffer.from(bytes.toString("latin1").split("\n").reverse().join("\n"), "latin1"),
  "years apart": (bytes, random) =>
    Buffer.from(
      bytes.toString("latin1").replaceAll("2026", () => String(1971 + Math.floor(random() * 200))),
      "latin1",
    ),
  "mixed formats": (bytes, random) => {
    const lines = bytes.toString("latin1").split("\n");
    return Buffer.from(lines.map((line) => (random() < 0.3 ? caddyLine.trim() : line)).join("\n"), "latin1");
  },
  "CRLF and stray CR": (bytes, random) =>
    Buffer.from(
      bytes.toString("latin1").replaceAll("\n", () => (random() < 0.5 ? "\r\n" : "\r\r\n")),
      "latin1",
    ),
  "no line feeds": (bytes) => Buffer.from(bytes.toString("latin1").replaceAll("\n", "\r"), "latin1"),
  "truncated gzip": (bytes, random) => {
    const packed = gzipSync(bytes);
    return packed.subarray(0, 4 + Math.floor(random() * (packed.length - 4)));
  },
  "bent gzip": (bytes, random) => {
    const packed = gzipSync(bytes);
    for (let i = 0; i < 5; i++) packed[12 + Math.floor(random() * (packed.length - 12))] = Math.floor(random() * 256);
    return packed;
  },
  "truncated Zstandard": (bytes, random) => {
    const packed = zstdCompressSync(bytes);
    return packed.subarray(0, 5 + Math.floor(random() * (packed.length - 5)));
  },
  "flipped bits": (bytes, random) => {
    const bent = Buffer.from(bytes);
    for (let i = 0; i < 400; i++) {
      const place = at(bent, random);
      bent[place] = (bent[place] as number) ^ (1 << Math.floor(random() * 8));
    }
    return bent;
  },
  "quotes and backslashes everywhere": (bytes, random) => {
    const bent = Buffer.from(bytes);
    for (let i = 0; i < 800; i++) bent[at(bent, random)] = random() < 0.5 ? 0x22 : 0x5c;
    return bent;
  },
  "random bytes alone": (_bytes, random) =>
    Buffer.from(Array.from({ length: 5_000 }, () => Math.floor(random() * 256))),
};

const names = Object.keys(mutations);

interface Counted {
  readonly source: { readonly lines: number; readonly parsed: number; readonly rejected: number };
  readonly actors: readonly { readonly requests: number }[];
}

test(`${count} damaged logs each end in counted rejections or a sentence, never in a crash`, async () => {
  const outcomes = { read: 0, refused: 0 };
  for (let seed = 0; seed < count; seed++) {
    const name = names[seed % names.length] as string;
    const random = createRandom(seed);
    const path = join(folder, `${seed}.log`);
    const mutate = mutations[name] as Mutation;
    writeFileSync(path, mutate(base, random));
    const { code, stdout, stderr } = await runGait(["replay", "--json", path]);
    const label = `seed ${seed}, ${name}`;
    if (code === 0) {
      outcomes.read++;
      const { source, actors } = JSON.parse(stdout) as Counted;
      expect(source.parsed + source.rejected, label).toBe(source.lines);
      expect(
        actors.reduce((sum, actor) => sum + actor.requests, 0),
        label,
      ).toBe(source.parsed);
      expect(source.lines, label).toBeGreaterThan(0);
    } else {
      outcomes.refused++;
      expect(code, label).toBe(1);
      expect(stderr, label).toMatch(/^gait: no log could be read\n.+ \[log-format\]\n$/s);
      expect(stdout, label).toBe("");
    }
  }
  expect(outcomes.read + outcomes.refused).toBe(count);
  expect(outcomes.read).toBeGreaterThan(count / 2);
  expect(outcomes.refused).toBeGreaterThan(0);
}, 300_000);
