import type { AdminRoute } from "../admin-request.ts";
import { consoleEntrances, consoleFiles } from "./console.ts";
import { listDecisions } from "./decisions.ts";
import { explainRoute } from "./explain.ts";
import { livez, readyz } from "./health.ts";
import { live } from "./live.ts";
import { metrics } from "./metrics.ts";
import { pageFiles } from "./page.ts";
import { arrivedProbes, beginProbes } from "./probes.ts";
import { reload } from "./reload.ts";
import { status } from "./status.ts";
import { upgrade } from "./upgrade.ts";

/** Every route of the admin plane. What is not listed does not exist; what needs control is refused to lookers. */
export const routes: readonly AdminRoute[] = [
  ...pageFiles,
  ...consoleEntrances,
  consoleFiles,
  live,
  status,
  metrics,
  livez,
  readyz,
  explainRoute,
  listDecisions,
  reload,
  beginProbes,
  arrivedProbes,
  upgrade,
];
