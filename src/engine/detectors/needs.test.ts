import { expect, test } from "vitest";
import { createRandom } from "#core";
import { SiteBaseline } from "../baselines/site-baseline.ts";
import { ClientTable, row8, rowBytes } from "../clients/client-table.ts";
import { counter, counterNames } from "../features/counters.ts";
import { Case } from "./case.ts";
import { detectors } from "./index.ts";

const agent = { text: "curl/8", declared: "", tool: true, family: 1, major: 100, malformed: "" };
const needy = detectors.filter(({ needs }) => needs !== undefined);

/** A row whose counters are drawn at random, small and large. */
function drawRow(seed: number): { readonly clients: ClientTable; readonly subject: Case } {
  const random = createRandom(seed);
  const clients = new ClientTable(1);
  clients.open(new Uint32Array(4), { application: 0, agent: 0, identity: 0 }, 0);
  clients.countRequest(0);
  for (let i = 0; i < counterNames.length; i++)
    clients.u8[row8.counters + i] = Math.floor(random() * (random() < 0.5 ? 8 : 255));
  const subject = new Case(clients, new SiteBaseline(), agent);
  subject.point(0);
  return { clients, subject };
}

test("most detectors say which counter they need", () => {
  expect(needy.length).toBeGreaterThanOrEqual(20);
});

test.each(needy.map((detector) => [detector.name, detector] as const))(
  "%s has nothing to say while the counter it needs is below its least",
  (_, detector) => {
    const { counter: name, least } = detector.needs ?? { counter: "pages", least: 0 };
    expect(least).toBeGreaterThan(0);
    for (let seed = 1; seed <= 300; seed++) {
      const { clients, subject } = drawRow(seed);
      const place = 0 * rowBytes + row8.counters + counter[name];
      clients.u8[place] = Math.min(clients.u8[place] ?? 0, least - 1);
      expect(detector.inspect(subject)).toBeUndefined();
    }
  },
);
