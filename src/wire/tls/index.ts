export { type ClientHello, parseClientHello } from "./client-hello.ts";
export { type HelloProgress, HelloReader, type HelloReaderLimits, type HelloRefusal } from "./hello-reader.ts";
export { ja4, stableTlsFingerprint, tlsFingerprints } from "./ja4.ts";
