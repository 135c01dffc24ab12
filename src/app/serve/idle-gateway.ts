import type { Gateway } from "#edge";

/** Stands in for the data plane where Gait only answers the proxies beside it: nothing listens, nothing is forwarded. */
export const idleGateway: Gateway = {
  addresses: [],
  sockets: () => [],
  reload: () => undefined,
  drain: () => Promise.resolve({ cut: 0 }),
  stats: () => ({
    totals: {},
    statusClasses: [0, 0, 0, 0, 0, 0],
    reasons: {},
    actions: {},
    observed: {},
    failures: {},
    upstreams: [],
  }),
  reloadCertificates: () => [],
  reopenLogs: () => undefined,
};
