export * from "./limit.ts";
export * from "./tls.ts";
