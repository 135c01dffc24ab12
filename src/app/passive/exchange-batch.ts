import { z } from "zod";
import { type Observes, observesAll } from "#core";
import { type DecisionService, readAskedHead } from "#edge";
import { canonicalAddress, FieldsDraft, fieldIdOf, isRefusal } from "#wire";

/** What a batch shows is up to its sender; bodies and TLS it does not. Nothing can be acted on in time. */
export const batchObserves: Observes = Object.freeze({
  ...observesAll,
  tls: false,
  body: false,
  lagMs: Number.POSITIVE_INFINITY,
});

const header = z.tuple([z.string().max(256), z.string().max(8_192)]);

/** One exchange as it is sent in; only address, method and target are needed. */
export const sentExchange: z.ZodType<SentExchange> = z.strictObject({
  /** Milliseconds since the epoch, or RFC 3339. Default: now. */
  at: z.union([z.number().nonnegative(), z.iso.datetime({ offset: true })]).optional(),
  ip: z.string().max(64),
  method: z.string().max(32),
  /** Path and query as received. */
  target: z.string().max(8_192),
  scheme: z.enum(["http", "https"]).default("https"),
  host: z.string().max(255).default(""),
  /** Request headers in wire order. */
  headers: z.array(header).max(128).default([]),
  /** 0: there was no answer. */
  status: z.int().min(0).max(999).default(0),
  bytes: z.number().min(-1).default(-1),
  durationMs: z.number().min(-1).default(-1),
  /** Response headers, every Set-Cookie among them. Absent: not observed, and no cookie is missed. */
  responseHeaders: z.array(header).max(256).optional(),
});

/** See {@link sentExchange}. */
export interface SentExchange {
  readonly at?: number | string | undefined;
  readonly ip: string;
  readonly method: string;
  readonly target: string;
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly status: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly responseHeaders?: readonly (readonly [string, string])[] | undefined;
}

/** Judges one sent exchange and learns from it. Returns "" or why it was not taken. */
export function takeExchange(service: DecisionService, sent: SentExchange): string {
  const ip = canonicalAddress(sent.ip);
  if (ip === "") return `ip: ${JSON.stringify(sent.ip)} is no address`;
  let lines = `Host: ${sent.host}\r\n`;
  for (const [name, value] of sent.headers) if (name.toLowerCase() !== "host") lines += `${name}: ${value}\r\n`;
  const head = readAskedHead(sent.method, sent.target, `${lines}\r\n`);
  if (isRefusal(head)) return `the request is not one that Gait reads (${head.code})`;
  const seen = sent.responseHeaders !== undefined;
  const { reference } = service.decide({
    id: "",
    head,
    facts: { peer: ip, trusted: true, scheme: sent.scheme, ja4: "", tls: "", h2: "", oddities: [] },
    observes: seen ? batchObserves : { ...batchObserves, setCookie: "none", headers: "logged" },
    ...(sent.at === undefined ? {} : { at: typeof sent.at === "number" ? sent.at : Date.parse(sent.at) }),
  });
  const fields = new FieldsDraft();
  for (const [name, value] of sent.responseHeaders ?? [])
    fields.push(name, value, { id: fieldIdOf(name.toLowerCase()), hash: 0 });
  service.settle(reference, { status: sent.status, fields, bytes: sent.bytes, durationMs: sent.durationMs });
  return "";
}
