export { type ConfirmedNames, confirmedNames, createNameResolver, type NameResolver } from "./confirmed-names.ts";
export { isPublicAddress } from "./public-address.ts";
export {
  type FetchRefusal,
  type FetchTestAllowance,
  type OwnServer,
  type SafeFetchOptions,
  type SafeFetchResult,
  safeFetch,
} from "./safe-fetch.ts";
