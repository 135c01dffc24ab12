export { type CertificateFiles, type CertificatePair, readCertificatePair } from "./certificate-pair.ts";
export { watchCertificates } from "./certificate-watch.ts";
export { CertificateStore, type PairReport } from "./certificates.ts";
export { createSelfSigned, type SelfSigned, type SelfSignedOptions } from "./self-signed.ts";
export {
  type OnSecure,
  type TlsFacts,
  type TlsRefusal,
  TlsTerminator,
  type TlsTerminatorOptions,
} from "./terminator.ts";
export { TicketKeys } from "./ticket-keys.ts";
