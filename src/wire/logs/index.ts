export { canonicalAddress, isInsideAddress } from "./address.ts";
export { createLogParser, type LogFormatChoice, type LogFormatName, logFormatNames } from "./formats.ts";
export { HarSplitter } from "./har-entries.ts";
export type { LineOutcome, LogParser, LogRecord, RejectReason } from "./log-record.ts";
export { maskQuery, maskReferer, showLine } from "./mask-secrets.ts";
export type { Oddity } from "./oddities.ts";
export type { LogParseOptions } from "./parse-options.ts";
export { type Recognition, recogniseLog } from "./recognise.ts";
