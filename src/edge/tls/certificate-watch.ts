import { stat } from "node:fs/promises";
import type { CertificateStore, PairReport } from "./certificates.ts";

export interface CertificateWatchOptions {
  /** How often the files are looked at. */
  readonly everyMs: number;
  /** Told of every reload that changed or refused something. */
  readonly onReload: (reports: readonly PairReport[]) => void;
}

/**
 * Looks at the certificate files from time to time and reloads when one of them changed. Looking beats being
 * notified: it sees renamed links (certbot, Kubernetes secrets), network file systems and a key that arrives
 * seconds after its certificate, which is refused at first and taken at the next look.
 *
 * @returns stops watching.
 */
export function watchCertificates(store: CertificateStore, options: CertificateWatchOptions): () => void {
  let seen = "";
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    const stamp = await stampOf(store);
    looking = false;
    if (seen !== "" && stamp !== seen) {
      const reports = store.reload(Date.now());
      if (reports.some((report) => report.outcome !== "unchanged")) options.onReload(reports);
    }
    seen = stamp;
  };
  void look();
  const timer = setInterval(() => void look(), options.everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** One text that changes when any of the files does; a file that is gone is a change too. */
async function stampOf(store: CertificateStore): Promise<string> {
  const stamps: string[] = [];
  for (const { files } of store.pairs()) {
    for (const path of [files.cert, files.key]) {
      const found = await stat(path).catch(() => undefined);
      stamps.push(found === undefined ? "gone" : `${found.ino}:${found.size}:${found.mtimeMs}`);
    }
  }
  return stamps.join(" ");
}
