export { type ClientHello, parseClientHello } from "./client-hello.ts";
export { type HelloProgress, HelloReader, type HelloReaderLimits, type HelloRefusal } from "./hello-reader.ts";
export { createTlsFingerprinter, ja4, stableTlsFingerprint, type TlsFingerprints, tlsFingerprints } from "./ja4.ts";
