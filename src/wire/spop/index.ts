export * from "./ack-writer.ts";
export * from "./frames.ts";
export * from "./message-reader.ts";
export type { SpopValue } from "./typed-data.ts";
