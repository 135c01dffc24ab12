export * from "./h2/index.ts";
export * from "./tls/index.ts";
export * from "./logs/index.ts";
