export { openLogStream } from "./byte-source.ts";
export { type LogFileFacts, type LogInput, logInputFromPath } from "./log-file.ts";
export { type LogRunFacts, type ReadLogsOptions, readLogs } from "./read-logs.ts";
export type { RejectedSample } from "./rejections.ts";
export { rotatedSiblings } from "./rotated.ts";
