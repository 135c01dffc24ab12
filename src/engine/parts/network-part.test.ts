import { describe, expect, test } from "vitest";
import { type Exchange, type Intel, noIntel, readTrace, unknownNetwork } from "#core";
import { ClientTable, rowFlag } from "../clients/client-table.ts";
import type { Engine } from "../engine.ts";
import { AddressBook } from "../sessions/address.ts";
import { SessionTable } from "../sessions/session-table.ts";
import { peopleTrace, testEngine } from "../testdata/rows.ts";
import { NetworkPart } from "./network-part.ts";

/** 10.0.0.0/8 and up by first part: each an operator of its own; 30.x is an office that a list names. */
const intel: Intel = {
  ...noIntel,
  network: (ip) => {
    const asn = Number(ip.split(".")[0]);
    const categories = asn === 30 ? (["corporate-nat"] as const) : [];
    return { ...unknownNetwork, asn, organisation: `Operator ${asn}`, categories };
  },
};
const browser = { text: "", declared: "", tool: false, family: 0, major: 0, malformed: "" };
const day = 86_400_000;
const start = Date.UTC(2026, 0, 5);

function feed(engine: Engine, trace: string, at: number = start): void {
  for (const exchange of readTrace(trace, { start: at })) {
    engine.inspect(exchange);
    engine.observe(exchange);
  }
}

/** Walks through numbered pages without their parts, one address each: convicted by what it does. */
const scraper = (ip: string, from: number): string =>
  Array.from({ length: 60 }, (_, i) => `${i === 0 ? `@${ip}` : "+0.4"} GET /order/${from + i} 404`).join("\n");

const detectorsAt = (engine: Engine, ip: string, at: number): readonly string[] => {
  const [exchange] = readTrace(`@${ip} GET /product/7 200`, { start: at });
  if (exchange === undefined) throw new Error("the trace holds one request");
  return engine.inspect(exchange).signals.map(({ detector }) => detector);
};

function engineWithBadNetwork(network: string): Engine {
  const engine = testEngine({ intel });
  feed(engine, peopleTrace);
  const rounds = Array.from({ length: 12 }, (_, i) => scraper(`${network}.${i}.9`, i * 100));
  feed(engine, rounds.join("\n\n"), start + day);
  engine.sweep(start + 2 * day);
  return engine;
}

describe("the name of a network", () => {
  test("is learned from convictions, weighs at most a nat of presentation, and is shown", () => {
    const engine = engineWithBadNetwork("20.1");
    const [exchange] = readTrace("@20.1.99.1 GET /product/7 200", { start: start + 3 * day });
    if (exchange === undefined) throw new Error("the trace holds one request");
    const verdict = engine.inspect(exchange);
    const signal = verdict.signals.find(({ detector }) => detector === "network-risk");
    expect(signal).toMatchObject({
      axis: "presentation",
      evidence: { network: "AS20", convicted: 12 },
    });
    expect(signal?.nats).toBeLessThanOrEqual(1);
    expect(verdict.kind).not.toBe("automated");
    expect(engine.networks.view().networks[0]).toMatchObject({
      network: "AS20",
      holder: "Operator 20",
      kind: "operator",
    });
    expect(detectorsAt(engine, "198.51.100.77", start + 3 * day)).not.toContain("network-risk");
  });

  test("is never learned from itself: only what behaviour alone convicts teaches", () => {
    const learnedAt = (behaviour: number): number => {
      const clients = new ClientTable(8);
      const sessions = new SessionTable(8, 25);
      const part = new NetworkPart({
        state: { clients, sessions },
        agents: { entry: () => ({ ...browser }) },
        addresses: new AddressBook(8),
        intel,
        behaviourLogOdds: () => behaviour,
        wanders: () => false,
        limits: { networkRisksMax: 8, sharedAddressesMax: 8, suspectAddressesMax: 8 },
      });
      const row = clients.open(Uint32Array.of(0, 0, 0xffff, 0x14010101), { application: 0, agent: 0, identity: 0 }, 1);
      const slot = sessions.open(1, row, 1);
      const [exchange] = readTrace("@20.1.1.1 GET / 200") as [Exchange];
      part.open(slot, exchange);
      clients.setFlag(row, rowFlag.convicted);
      part.close(slot, [], start);
      return part.view().networks.find(({ network }) => network === "AS20")?.convicted ?? 0;
    };
    // Two nats of presentation would have made up what behaviour lacks.
    expect(learnedAt(Math.log(10) - 0.01)).toBe(0);
    expect(learnedAt(Math.log(10))).toBeCloseTo(1, 1);
  });

  test("says nothing about an office that a list names, whoever misbehaved there", () => {
    const engine = engineWithBadNetwork("30.1");
    expect(detectorsAt(engine, "30.1.99.1", start + 3 * day)).not.toContain("network-risk");
    const offices = engine.networks.view().categories.find(({ category }) => category === "corporate-nat");
    expect(offices).toMatchObject({ sessions: 12, convicted: 12 });
  });

  test("outlives a restart", () => {
    const before = engineWithBadNetwork("20.1");
    const after = testEngine({ intel });
    after.learned.restore(before.learned.save(start + 3 * day), start + 3 * day);
    expect(after.networks.view().networks[0]).toMatchObject({ network: "AS20", holder: "Operator 20" });
    expect(detectorsAt(after, "20.1.99.1", start + 3 * day)).toContain("network-risk");
  });
});

test("an address is described as the engine sees it now, shared ones without a name", () => {
  const engine = engineWithBadNetwork("20.1");
  expect(engine.networks.describe("20.1.99.1")).toMatchObject({
    network: { asn: 20 },
    people: 1,
    risk: { network: "AS20" },
  });
  expect(engine.networks.describe("30.1.99.1").risk).toBeUndefined();
});

/** Somebody who comes on three days with the cookie of the first, loads parts and logs in. */
function returning(number: number, day: number): string {
  const at = `${40 + (number % 20)}.2.${number >> 8}.${number & 255}`;
  const sid = `sid=v${number}`;
  const held = day === 0 ? "" : ` > ${sid}`;
  return [
    `@${at} GET /login 200${held} < ${sid}; Path=/; Max-Age=2592000 "<Content-Type: text/html"`,
    `+0.3 GET /static/app.js 200 > ${sid} "Referer: https://shop.example/login"`,
    `+${9 + (number % 23)} #user${number} POST /login 302 > ${sid} "Referer: https://shop.example/login"`,
    `+0.2 GET /account 200 > ${sid} "Referer: https://shop.example/login"`,
  ].join("\n");
}

/** One stolen log-in from each address of a pool; `operators`: how many networks' operators it is spread over. */
function pooled(number: number, operators: number): { readonly ip: string; readonly trace: string } {
  const ip = `${100 + (number % operators)}.${number % 250}.${7 + (number >> 3)}.5`;
  return { ip, trace: `@${ip} #owner${number} POST /login 401 "User-Agent: Mozilla/5.0 (X11; Linux x86_64)"` };
}

function engineWithPool(operators: number): { readonly engine: Engine; readonly exits: readonly string[] } {
  const engine = testEngine({ intel });
  for (let visit = 0; visit < 3; visit++)
    for (let i = 0; i < 120; i++) feed(engine, returning(i, visit), start + visit * day + i * 20_000);
  const exits: string[] = [];
  for (let i = 0; i < 120; i++) {
    const { ip, trace } = pooled(i, operators);
    exits.push(ip);
    feed(engine, trace, start + 3 * day + i * 9_000);
  }
  engine.sweep(start + 4 * day);
  return { engine, exits };
}

test("a rented pool of homes is inferred without any list: one behaviour, an address a session, many operators, nobody returns", () => {
  const { engine, exits } = engineWithPool(40);
  const suspected = exits.filter((ip) =>
    engine.networks.describe(ip).network.categories.includes("residential-proxy-suspect"),
  );
  expect(suspected.length).toBeGreaterThan(40);
  expect(engine.networks.view().suspects).toBeGreaterThan(40);
  // Being suspected is a fact for rules; nobody is called automated for the exit they share with an attack.
  const [person] = readTrace(`@${suspected[0]} GET /login 200`, { start: start + 4 * day });
  if (person === undefined) throw new Error("the trace holds one request");
  expect(engine.inspect(person).kind).not.toBe("automated");
  // The same attack out of two operators' networks is an attack and no pool of homes.
  const near = engineWithPool(2);
  expect(near.engine.cohorts().some(({ conviction }) => conviction !== undefined)).toBe(true);
  expect(near.engine.networks.view().suspects).toBe(0);
});
