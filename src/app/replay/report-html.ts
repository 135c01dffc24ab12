import type { Replay } from "./replay.ts";
export function* renderHtmlReport(_replay: Replay, _options: { readonly logs: readonly string[] }): Generator<string> {
  yield "";
}
