import { z } from "zod";
import type { EventFilter } from "../events/event-filter.ts";
import { eventWhere } from "../events/event-where.ts";
import type { Operation } from "../operation.ts";

/** What somebody typed. */
export interface SearchInput {
  readonly text: string;
  readonly limit: number;
}

/** One thing that was found. */
export interface SearchHit {
  readonly type:
    | "reference"
    | "address"
    | "network"
    | "session"
    | "actor"
    | "cohort"
    | "fingerprint"
    | "path"
    | "endpoint"
    | "rule"
    | "agent";
  readonly value: string;
  /** How many recorded requests it has. */
  readonly requests: number;
  /** The filter of `events.query` that leads there. */
  readonly filter: EventFilter;
}

/** The likeliest first. */
export interface SearchOutput {
  readonly hits: readonly SearchHit[];
}

type Probe = readonly [type: SearchHit["type"], filter: EventFilter, column: string];

const filterShape = z.record(z.string(), z.unknown()) as unknown as z.ZodType<EventFilter>;

/** `search`: any address, network, session, fingerprint, path, reference or rule, for the command palette. */
export const search: Operation<SearchInput, SearchOutput> = {
  name: "search",
  summary: "Find an address, network, session, actor, cohort, fingerprint, path, reference, rule or user agent.",
  effect: "read",
  permission: "look",
  argument: "text",
  example: { text: "203.0.113.9" },
  input: z.strictObject({
    text: z.string().trim().min(1).max(200).meta({ description: "What to look for." }),
    limit: z.int().min(1).max(50).default(12).meta({ description: "Hits at most." }),
  }),
  output: z.strictObject({
    hits: z.array(
      z.strictObject({
        type: z.enum([
          "reference",
          "address",
          "network",
          "session",
          "actor",
          "cohort",
          "fingerprint",
          "path",
          "endpoint",
          "rule",
          "agent",
        ]),
        value: z.string(),
        requests: z.number(),
        filter: filterShape,
      }),
    ),
  }),
  async handle(context, { text, limit }) {
    const hits: SearchHit[] = [];
    for (const [type, filter, column] of probesFor(text)) {
      const { sql, values } = eventWhere(filter, (ip) => context.service.records.hashAddress(ip));
      const rows = await context.query(
        `SELECT ${column} AS value, count(*) AS n FROM everything WHERE ${sql} GROUP BY 1 ORDER BY 2 DESC LIMIT 5`,
        values,
      );
      for (const { value, n } of rows) {
        const shown = type === "address" || type === "fingerprint" ? text : String(value);
        hits.push({ type, value: shown, requests: Number(n), filter: exact(type, filter, shown) });
      }
      if (hits.length >= limit) break;
    }
    return { hits: hits.slice(0, limit) };
  },
};

/** What a text could be, the most telling first. */
function probesFor(text: string): readonly Probe[] {
  if (/^[0-9a-fA-F:.]+$/.test(text) && /[.:]/.test(text)) {
    return [
      ["address", { ip: text }, "network"],
      ["reference", { reference: text }, "reference"],
    ];
  }
  if (/^[0-9a-fA-F:.]+\/\d{1,3}$/.test(text)) return [["network", { ip: text }, "network"]];
  if (text.startsWith("/")) {
    return [
      ["endpoint", { template: text }, "template"],
      ["path", { path: `${text.replace(/\*$/, "")}*` }, "path"],
    ];
  }
  return [
    ["reference", { reference: text }, "reference"],
    ["session", { session: text }, "session"],
    ["actor", { actor: text }, "actor"],
    ["cohort", { cohort: [text] }, "cohort"],
    // It may be either of two fingerprints: the text itself is the value.
    ["fingerprint", { fingerprint: text }, "''"],
    ["rule", { rule: text }, "rule"],
    ["agent", { agent: text }, "agent"],
  ];
}

/** Hits of a search by part name themselves whole. */
function exact(type: SearchHit["type"], filter: EventFilter, value: string): EventFilter {
  if (type === "path") return { path: value };
  return type === "agent" ? { agent: value } : filter;
}
