import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ask, openServiceRig } from "../serve/testdata/service-rig.ts";
import { runBacktest } from "./run-backtest.ts";

const watching = `
- { name: letters, why: b, when: 're(request.path, "^/[a-f]$")', then: block }
- { name: posts, why: b, when: 'request.method == "POST" && request.path != "/b"', then: deceive }
- { name: robots, why: b, when: 'request.userAgent.startsWith("curl")', then: tag }
`;

test("a backtest on what a gateway stored equals what the gateway saw in watch mode, rule by rule", async () => {
  const rig = await openServiceRig();
  try {
    mkdirSync(join(rig.directory, "rules"));
    writeFileSync(join(rig.directory, "rules", "site.yaml"), watching);
    rig.write(`policy: { rules: ${rig.directory}/rules }\n`);
    expect(rig.service.reload()).toMatchObject({ kind: "reloaded" });
    for (let i = 0; i < 60; i++) {
      await ask(
        { port: rig.port },
        {
          path: `/${"abcdefgh"[i % 8]}`,
          method: i % 3 === 0 ? "POST" : "GET",
          headers: { "user-agent": i % 5 === 0 ? "curl/8" : "Mozilla/5.0" },
        },
      );
    }
    const seen = rig.service.witness.recent.newest(100, () => true, 100);
    const shadow = (name: string): number => seen.filter(({ watched }) => watched.includes(name)).length;
    await rig.service.policyRoom.facts.flush();
    const { policy, factsFolder } = rig.service.policyRoom;
    const report = await runBacktest({
      folder: factsFolder,
      files: [{ file: "site.yaml", text: watching }],
      names: [],
      vocabulary: policy.facts.vocabulary,
    });
    expect(report.requests).toBe(60);
    expect(report.results.map(({ rule, requests }) => [rule, requests])).toEqual(
      ["letters", "posts", "robots"].map((name) => [name, shadow(name)]),
    );
    expect(report.results.map(({ saved }) => saved.requests)).toEqual(report.results.map(({ requests }) => requests));
    expect(shadow("letters")).toBe(46);
  } finally {
    await rig.close();
  }
});
