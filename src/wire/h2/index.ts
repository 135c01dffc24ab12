export { pseudoOrderOf, renderH2Fingerprint } from "./h2-fingerprint.ts";
export {
  connectionPreface,
  type H2Opening,
  type H2Priority,
  OpeningReader,
  type OpeningProgress,
  type PrefaceLimits,
} from "./preface-reader.ts";
