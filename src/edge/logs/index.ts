export { openLogStream } from "./byte-source.ts";
export { type LogFileFacts, type LogInput, logInputFromPath } from "./log-file.ts";
export { type LogRunFacts, type ReadLogsOptions, readLogs } from "./read-logs.ts";
export type { RejectedSample } from "./rejections.ts";
export { rotatedSiblings } from "./rotated.ts";
export { type FollowedLog, type FollowFacts, type FollowOptions, followLog } from "./follow-log.ts";
export { createLiveLines, type LiveLineFacts, type LiveLines } from "./live-lines.ts";
