export * from "./protobuf.ts";
