import type { RequestHead } from "#wire";
import type { ClientStream } from "./seam.ts";
import type { ClientKey } from "./upstream-connection.ts";

/** What a relay is started with. */
export interface RelayStart {
  readonly stream: ClientStream;
  readonly head: RequestHead;
  readonly clientKey: ClientKey;
}
