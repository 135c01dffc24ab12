import type { Limit } from "./limit.ts";

/** Names of the caps below. */
export type LogLimit =
  | "lineBytesMax"
  | "entryBytesMax"
  | "fieldBytesMax"
  | "internSlots"
  | "addressSlots"
  | "longAddressSlots"
  | "pathSlots"
  | "cookiesMax"
  | "headersMax"
  | "fieldsMax"
  | "recogniseLines"
  | "filesMax"
  | "openFilesMax"
  | "readBytes"
  | "samplesMax";

/** Caps of the log parsers and readers. */
export const logLimits: Readonly<Record<LogLimit, Limit>> = {
  lineBytesMax: {
    default: 262_144,
    unit: "bytes",
    why: "Front servers cap request heads at 8-64 KiB; a longer line is damage or an attack, and is rejected unread.",
  },
  entryBytesMax: {
    default: 33_554_432,
    unit: "bytes",
    why: "A HAR entry may carry a response body; a larger entry is rejected unread.",
  },
  fieldBytesMax: {
    default: 8_192,
    unit: "bytes",
    why: "Longer paths, queries, user agents and referers are cut, and the cut is noted as an oddity.",
  },
  internSlots: {
    default: 4_096,
    unit: "count",
    why: "Strings that repeat from line to line (user agents) are made once; a miss only costs time.",
  },
  addressSlots: {
    default: 65_536,
    unit: "count",
    why: "Addresses that repeat from line to line are made once; a miss only costs time.",
  },
  longAddressSlots: {
    default: 16_384,
    unit: "count",
    why: "The same for addresses of more than sixteen characters, which are nearly all IPv6.",
  },
  pathSlots: {
    default: 8_192,
    unit: "count",
    why: "Paths that repeat from line to line are made once; a miss only costs time.",
  },
  cookiesMax: {
    default: 128,
    unit: "count",
    why: "Browsers hold at most 180 cookies for one site and send far fewer; the rest of a longer list is not read.",
  },
  headersMax: {
    default: 256,
    unit: "count",
    why: "Headers read from one JSON or HAR record.",
  },
  fieldsMax: {
    default: 256,
    unit: "count",
    why: "Fields of one log line that are read; the longest known format (CloudFront with every field) has about 60.",
  },
  recogniseLines: {
    default: 200,
    unit: "count",
    why: "Lines looked at before a format is chosen.",
  },
  filesMax: {
    default: 4_096,
    unit: "count",
    why: "Files of one run; only those that overlap in time are open at once.",
  },
  openFilesMax: {
    default: 128,
    unit: "count",
    why: "Files open at the same time; each holds a read buffer.",
  },
  readBytes: {
    default: 1_048_576,
    unit: "bytes",
    why: "Read buffer of a plain file.",
  },
  samplesMax: {
    default: 20,
    unit: "count",
    why: "Rejected lines shown in a report; all are counted.",
  },
};
