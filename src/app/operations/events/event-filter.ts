import { z } from "zod";
import type { OperationContext } from "../operation-context.ts";
import { eventWhere } from "./event-where.ts";

/** Which events are meant. Every field that is given must fit; within a list one must. */
export interface EventFilter {
  /** From this time on, ms since 1970. */
  readonly from?: number | undefined;
  /** Before this time, ms since 1970. */
  readonly to?: number | undefined;
  readonly kind?: readonly string[] | undefined;
  /** What the verdict asked for. */
  readonly action?: readonly string[] | undefined;
  /** What was done. */
  readonly enforced?: readonly string[] | undefined;
  readonly application?: readonly string[] | undefined;
  /** An address, or a network as it is shown (/24, /48). */
  readonly ip?: string | undefined;
  readonly session?: string | undefined;
  readonly actor?: string | undefined;
  readonly cohort?: readonly string[] | undefined;
  /** JA4 or header fingerprint. */
  readonly fingerprint?: string | undefined;
  /** Part of the user agent. */
  readonly agent?: string | undefined;
  readonly verified?: string | undefined;
  /** Exact path, or its beginning with `*` at the end. */
  readonly path?: string | undefined;
  readonly template?: string | undefined;
  readonly method?: string | undefined;
  readonly status?: number | undefined;
  /** A rule that acted or only watched. */
  readonly rule?: string | undefined;
  readonly detector?: string | undefined;
  readonly account?: number | undefined;
  readonly reference?: string | undefined;
  /** Country of the address, ISO 3166 two letters. */
  readonly country?: string | undefined;
  /** What its network is: tor, proxy, residential-proxy-suspect, vpn, hosting. */
  readonly infrastructure?: readonly string[] | undefined;
  /** Score of at least this. */
  readonly scoreMin?: number | undefined;
  /** Events that carry one of these are left out: any field above but times, as text. */
  readonly exclude?: readonly { readonly field: ExcludedField; readonly value: string }[] | undefined;
}

const excludedFields = [
  "kind",
  "action",
  "enforced",
  "application",
  "ip",
  "session",
  "actor",
  "account",
  "cohort",
  "fingerprint",
  "agent",
  "verified",
  "path",
  "template",
  "method",
  "status",
  "rule",
  "detector",
  "reference",
  "country",
  "infrastructure",
] as const;

/** A field by which events can be left out. */
export type ExcludedField = (typeof excludedFields)[number];

const text = z.string().min(1).max(512);
const words = z.array(z.string().min(1).max(64)).max(64);
const time = z.number().min(0).max(8.64e15);

/** The fields of `EventFilter`, for operations that take them beside their own. */
export const eventFilterShape: Readonly<Record<keyof EventFilter, z.ZodType>> = {
  from: time.optional().meta({ description: "From this time on, ms since 1970." }),
  to: time.optional().meta({ description: "Before this time, ms since 1970." }),
  kind: words.optional().meta({ description: "human, verified-agent, declared-bot, automated, unknown." }),
  action: words.optional().meta({ description: "What the verdict asked for." }),
  enforced: words.optional().meta({ description: "What was done." }),
  application: words.optional().meta({ description: "Protected application." }),
  ip: text.optional().meta({ description: "Address, or network as it is shown (/24 of IPv4, /48 of IPv6)." }),
  session: text.optional().meta({ description: "Session id." }),
  actor: text.optional().meta({ description: "Actor id." }),
  cohort: words.optional().meta({ description: "Convicted cohort." }),
  fingerprint: text.optional().meta({ description: "JA4 or header fingerprint." }),
  agent: text.optional().meta({ description: "Part of the user agent." }),
  verified: text.optional().meta({ description: "Agent that proved who it is." }),
  path: text.optional().meta({ description: "Exact path, or its beginning with * at the end." }),
  template: text
    .optional()
    .meta({ description: "Path template, with its method or without: /product/{x}, POST /login." }),
  method: text.optional().meta({ description: "Request method." }),
  status: z.int().min(0).max(999).optional().meta({ description: "Status of the answer." }),
  rule: text.optional().meta({ description: "Rule that acted or only watched." }),
  detector: text.optional().meta({ description: "Detector that spoke." }),
  account: z.number().optional().meta({ description: "Keyed hash of the account claimed." }),
  reference: text.optional().meta({ description: "Request id of the answer." }),
  country: text.optional().meta({ description: "Country of the address: two letters (ISO 3166)." }),
  infrastructure: words
    .optional()
    .meta({ description: "What its network is: tor, proxy, residential-proxy-suspect, vpn, hosting." }),
  exclude: z
    .array(z.strictObject({ field: z.enum(excludedFields), value: text }))
    .max(20)
    .optional()
    .meta({ description: "Events that carry one of these are left out." }),
  scoreMin: z.number().min(0).max(100).optional().meta({ description: "Score of at least this." }),
};

/** A WHERE clause with its values; numbered from $1. */
export interface Where {
  readonly sql: string;
  readonly values: (string | number)[];
}

/** The clause for a filter; addresses are looked up by their keyed hash. */
export function whereOf(context: OperationContext, filter: EventFilter): Where {
  return eventWhere(filter, (ip) => context.service.records.hashAddress(ip));
}
