import { expect, test } from "vitest";
import { adminPort, ask, openServiceRig } from "../serve/testdata/service-rig.ts";

const sample = /^([a-z_:][a-z0-9_:]*)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?[0-9.e+-]+|NaN|[+-]Inf)$/;

test("metrics are Prometheus text: typed, named and labelled by the rules, without a client's words", async () => {
  const rig = await openServiceRig();
  try {
    for (let i = 0; i < 40; i++) {
      await ask(rig, { path: `/p${i}`, headers: { "user-agent": `made-up-${i}`, [`x-odd-${i}`]: "1" } });
    }
    const { body, headers } = await ask({ port: adminPort(rig) }, { path: "/metrics" });
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(body.endsWith("\n")).toBe(true);
    const types = new Map<string, string>();
    let series = 0;
    for (const line of body.trimEnd().split("\n")) {
      const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line);
      if (type !== null) {
        expect(types.has(type[1] ?? ""), line).toBe(false);
        types.set(type[1] ?? "", type[2] ?? "");
      } else if (line.startsWith("# HELP ")) expect(line).toMatch(/^# HELP \S+ .+\.$/);
      else {
        const name = sample.exec(line)?.[1];
        expect(name, line).toBeDefined();
        const base = name?.replace(/_(bucket|sum|count)$/, "") ?? "";
        const known = types.get(name ?? "") ?? types.get(base);
        expect(known, line).toBeDefined();
        if (known === "counter") expect(name, line).toMatch(/_total$/);
        series++;
      }
    }
    expect(series).toBeLessThan(500);
    expect(body).not.toContain("made-up");
    expect(body).toContain('gait_responses_total{class="2xx"} 40\n');
    expect(body).toMatch(/gait_decision_seconds_bucket\{le="\+Inf"\} 40\n/);
  } finally {
    await rig.close();
  }
});
