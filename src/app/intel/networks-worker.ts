import { parentPort, workerData } from "node:worker_threads";
import type { IntelConfig } from "../config/config.ts";
import { openListStore } from "./list-store.ts";
import { loadNetworks } from "./load-networks.ts";
import type { AsideAnswer } from "./load-networks-aside.ts";

/** Reads lists and databases away from the thread that serves, and hands their bytes over without copying them. */
const { config, directory } = workerData as { readonly config: IntelConfig; readonly directory: string };
const { lists, blocks, databases } = loadNetworks(config, openListStore(directory));
const { four, six } = blocks.image;
const whole = databases.map((bytes) => new Uint8Array(bytes));
const answer: AsideAnswer = { lists, blocks: blocks.image, databases: whole };
parentPort?.postMessage(
  answer,
  [four.nodes, four.table, six.nodes, six.table, ...whole].map(({ buffer }) => buffer),
);
