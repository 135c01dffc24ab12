import { Worker } from "node:worker_threads";
import { type NetworkSources, PrefixTrie, type TrieImage } from "#intel";
import type { IntelConfig } from "../config/config.ts";

/** What the thread hands over. */
export interface AsideAnswer extends Pick<NetworkSources, "lists" | "databases"> {
  readonly blocks: TrieImage;
}

/**
 * `loadNetworks` on a thread of its own, so that a reload with full-size databases and a million blocks does not stop the
 * requests that are being served meanwhile. Rejects with the thread's error.
 */
export function loadNetworksAside(
  config: IntelConfig,
  directory: string,
): Promise<Omit<NetworkSources, "networksCachedMax">> {
  const fromSource = import.meta.url.endsWith(".ts");
  const worker = new Worker(new URL(`./networks-worker.${fromSource ? "ts" : "js"}`, import.meta.url), {
    workerData: { config, directory },
    ...(fromSource ? { execArgv: ["--conditions=source", "--disable-warning=ExperimentalWarning"] } : {}),
  });
  worker.unref();
  return new Promise((resolve, reject) => {
    worker.once("message", ({ lists, blocks, databases }: AsideAnswer) =>
      resolve({ lists, blocks: new PrefixTrie(blocks), databases }),
    );
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the thread that reads networks ended with code ${code}`)));
  });
}
