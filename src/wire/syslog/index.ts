export * from "./syslog-message.ts";
export * from "./syslog-stream.ts";
