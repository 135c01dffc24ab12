export * from "./h2/index.ts";
export * from "./tls/index.ts";
export * from "./logs/index.ts";
export * from "./address.ts";
export * from "./http1/index.ts";
export * from "./path.ts";
export * from "./proxy-protocol.ts";
export * from "./spop/index.ts";
