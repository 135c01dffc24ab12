export { type H2AnswerSource, renderH2Answer, renderH2Fields } from "./answer-head.ts";
export { pseudoOrderOf, renderH2Fingerprint } from "./h2-fingerprint.ts";
export {
  connectionPreface,
  type H2Opening,
  type H2Priority,
  OpeningReader,
  type OpeningProgress,
  type PrefaceLimits,
} from "./preface-reader.ts";
export { type H2RequestFacts, type H2TrailerLimits, parseH2Request, parseH2Trailers } from "./request-head.ts";
