import { readTrace } from "#core";
import { openEventStore } from "../events/open-event-store.ts";

// Run by event-store.test.ts: a process that opens the store and, asked to, writes until somebody kills it.
const [folder = "", job = "", session = ""] = process.argv.slice(2);
try {
  const store = await openEventStore({ folder, privacy: { addresses: "hashed", hashAddress: () => 1 }, limits: { batchRows: 500 } });
  const [exchange] = readTrace("GET / 200");
  for (let i = 1; job.endsWith("-until-killed") && exchange !== undefined; i++) {
    store.append({
      sequence: i,
      exchange: { ...exchange, id: `${process.pid}-${i}` },
      verdict: {
        action: "allow",
        kind: "unknown",
        score: { total: 0, behaviour: 0, presentation: 0 },
        signals: [],
        rule: null,
        watched: [],
        basis: "none",
        certifiedFpr: null,
        reference: "",
        revision: 0,
      },
      enforced: "allow",
      session,
      actor: "",
      path: "/",
      trail: { session: 0, identity: 0, template: "", cohort: "" },
      decisionUs: 1,
      failure: "",
    });
    if (i % 1_000 === 0) {
      await store.flush();
      // Every hour is finished by then: what was written moves to its file, again and again.
      if (job === "maintain-until-killed") await store.maintain(exchange.at + 8 * 3_600_000);
      process.stdout.write(`stored ${store.stats().stored}\n`);
    }
  }
  process.stdout.write("opened\n");
  await store.close();
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
