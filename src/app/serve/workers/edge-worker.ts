import { runEdgeWorker } from "#edge";
import { createTreatments } from "../../policy/answer-treatments.ts";
import { readStanding } from "./published-standing.ts";

/** The body of an edge worker of `gait serve`. Started by open-traffic.ts; parses and proxies, judges nothing. */
await runEdgeWorker({ readStanding, createTreatments });
