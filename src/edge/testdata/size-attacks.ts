import { gzipSync } from "node:zlib";

/** A request that is large or odd in one respect. */
export interface SizeAttack {
  readonly name: string;
  readonly lines?: readonly string[];
  readonly query?: string;
  readonly body?: Buffer;
  /** Statuses of a refusal; none: it must pass whole. */
  readonly refused?: readonly number[];
}

const many = (count: number, line: (i: number) => string): string[] => Array.from({ length: count }, (_, i) => line(i));
const nested = `${"[".repeat(100)}${"]".repeat(100)}`;
const multipart = Buffer.from(
  `${many(10_000, (i) => `--b\r\nContent-Disposition: form-data; name="p${i}"\r\n\r\nv\r\n`).join("")}--b--\r\n`,
);

/** Floods of size, count and hash, for a gateway with limits of 1,000 headers, 64 KiB of head and 1 MiB of target. */
export const sizeAttacks: readonly SizeAttack[] = [
  { name: "a header of 65 KB", lines: [`X-N: ${"y".repeat(66_560)}`], refused: [431] },
  { name: "a header of 60 KB", lines: [`X-N: ${"y".repeat(60_000)}`] },
  { name: "998 headers", lines: many(996, (i) => `X-N${i}: 1`) },
  { name: "1,001 headers", lines: many(999, (i) => `X-N${i}: 1`), refused: [431] },
  { name: "2,000 headers", lines: many(1_998, (i) => `X-N${i}: 1`), refused: [431] },
  { name: "3,000 headers", lines: many(2_998, (i) => `X-N${i}: 1`), refused: [431] },
  { name: "a target of 1 MB", query: "q".repeat(1_048_576), refused: [414, 431] },
  {
    name: "16,000 cookies in one line",
    lines: [`Cookie: ${many(16_000, (i) => `c${i}=1`).join("; ")}`],
    refused: [431],
  },
  { name: "6,000 cookies in one line", lines: [`Cookie: ${many(6_000, (i) => `c${i}=1`).join("; ")}`] },
  { name: "cookies in 900 lines", lines: many(900, (i) => `Cookie: c${i}=1`) },
  { name: "10,000 query keys", query: many(10_000, (i) => `${i % 90}=`).join("&") },
  { name: "5,000 query keys that are integers", query: many(5_000, (i) => `${i * 65_536}=1`).join("&") },
  { name: "400 headers whose names are integers", lines: many(400, (i) => `${4_294_967_296 - i}: 1`) },
  { name: "names of the prototype", lines: ["__proto__: 1", "constructor: 1", "toString: 1"], query: "__proto__[x]=1" },
  { name: "JSON of a hundred levels", lines: ["Content-Type: application/json"], body: Buffer.from(nested) },
  {
    name: "a log-in of a hundred levels",
    lines: ["Content-Type: application/json"],
    body: Buffer.from(`{"username":"a","password":${nested}}`),
  },
  { name: "10,000 parts", lines: ["Content-Type: multipart/form-data; boundary=b"], body: multipart },
  {
    name: "a bomb of zeros",
    lines: ["Content-Type: application/json", "Content-Encoding: gzip"],
    body: gzipSync(Buffer.alloc(20_000_000)),
  },
];

/** Those that are all head. */
export const headAttacks: readonly SizeAttack[] = sizeAttacks.filter(({ body }) => body === undefined);
