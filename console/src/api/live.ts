import { useSyncExternalStore } from "react";
import type { LiveDocument } from "../../../src/app/admin/live-document.ts";

export type { LiveActor, LiveDocument, LiveVerdict } from "../../../src/app/admin/live-document.ts";

/** How the stream is. `lost`: it broke and is being opened again. */
export type LiveState = "connecting" | "live" | "lost" | "paused";

interface Snapshot {
  readonly state: LiveState;
  readonly document: LiveDocument | undefined;
}

let snapshot: Snapshot = { state: "connecting", document: undefined };
let source: EventSource | undefined;
let paused = false;
let allowed = true;
const listeners = new Set<() => void>();

/**
 * The gateway's present state, about once a second. The stream sends whole documents, so a part that was missed costs
 * nothing, and however busy the traffic is a page renders once a second. One stream serves all parts of a page.
 */
export function useLive(): Snapshot {
  return useSyncExternalStore(subscribe, () => snapshot);
}

/** Stops or continues showing new data; the stream itself is closed meanwhile. */
export function pauseLive(pause: boolean): void {
  paused = pause;
  if (pause) {
    source?.close();
    source = undefined;
    publish({ ...snapshot, state: "paused" });
  } else if (allowed && listeners.size > 0) open();
}

/** Whether whoever looks is somebody who may: a stream that will be refused is not asked for. */
export function allowLive(may: boolean): void {
  if (may === allowed) return;
  allowed = may;
  source?.close();
  source = undefined;
  if (may && !paused && listeners.size > 0) open();
  else publish({ state: paused ? "paused" : "connecting", document: undefined });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (source === undefined && !paused && allowed) open();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    source?.close();
    source = undefined;
  };
}

function open(): void {
  publish({ ...snapshot, state: "connecting" });
  source = new EventSource("/live");
  source.onmessage = (event: MessageEvent<string>) => {
    publish({ state: "live", document: JSON.parse(event.data) as LiveDocument });
  };
  source.onerror = () => {
    publish({ ...snapshot, state: "lost" });
    // A stream that the gateway refused for good is not opened again by the browser.
    if (source?.readyState !== EventSource.CLOSED) return;
    source = undefined;
    setTimeout(() => {
      if (source === undefined && !paused && allowed && listeners.size > 0) open();
    }, 3_000);
  };
}

function publish(next: Snapshot): void {
  snapshot = next;
  for (const listener of listeners) listener();
}
