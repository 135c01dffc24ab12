import type { ServerSessionOptions } from "node:http2";
import type { EdgeLimits, Http2Limits } from "#core";

/** What the runtime is told about one session: every limit it knows, none left to its default. */
export function sessionOptions(limits: Http2Limits, edge: EdgeLimits): ServerSessionOptions {
  const options = {
    maxSessionMemory: limits.sessionMemoryMiB,
    maxSessionInvalidFrames: limits.invalidFramesMax,
    maxSessionRejectedStreams: limits.rejectedStreamsMax,
    maxSettings: limits.settingsPerFrameMax,
    maxOutstandingPings: limits.outstandingPingsMax,
    maxDeflateDynamicTableSize: limits.headerTableBytes,
    // Pseudo-headers are counted here and not there.
    maxHeaderListPairs: edge.headersMax + 8,
    streamResetBurst: limits.resetsPerConnectionMax,
    streamResetRate: Math.ceil((limits.resetsPerConnectionMax * 1_000) / limits.resetWindowMs),
    settings: {
      headerTableSize: limits.headerTableBytes,
      initialWindowSize: limits.windowBytes,
      maxConcurrentStreams: limits.streamsMax,
      maxHeaderListSize: limits.headerListBytesMax,
      enableConnectProtocol: true,
    },
  };
  return options;
}
