import { describe, expect, test } from "vitest";
import { type Exchange, noIntel, readTrace, type Signal, unknownNetwork } from "#core";
import { Facts } from "../features/facts.ts";
import { PlacesPart } from "./places-part.ts";

const intel = {
  ...noIntel,
  network: (ip: string) => {
    const first = Number(ip.split(".")[0]);
    return { ...unknownNetwork, asn: first, categories: first >= 200 ? (["tor"] as const) : [] };
  },
};

/** One session that is seen from the addresses given. */
function seenFrom(addresses: readonly string[], part: PlacesPart = new PlacesPart(2, intel)): readonly Signal[] {
  const facts = new Facts();
  facts.slot = 1;
  part.open(1);
  const [exchange] = readTrace("GET / 200") as [Exchange];
  for (const ip of addresses) {
    facts.words[3] = ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    part.request(facts, { ...exchange, client: { ...exchange.client, ip } });
  }
  return part.signals(1);
}

const networks = (count: number, from = 20): string[] => Array.from({ length: count }, (_, i) => `${from + i}.0.0.1`);

describe("one session in many places", () => {
  test("three networks are a person on the way, four are not, and more say more up to a cap", () => {
    expect(seenFrom(networks(3))).toEqual([]);
    expect(seenFrom(networks(4))).toMatchObject([
      { detector: "jar-in-many-places", nats: 3, evidence: { networks: 4 } },
    ]);
    expect(seenFrom(networks(7))[0]?.nats).toBe(7.5);
    expect(seenFrom(networks(30))[0]?.nats).toBe(9);
  });

  test("many addresses of one operator, and exits of anonymising networks, are one place", () => {
    expect(seenFrom(Array.from({ length: 40 }, (_, i) => `20.0.${i}.1`))).toEqual([]);
    expect(seenFrom(networks(20, 200))).toEqual([]);
    expect(seenFrom(networks(20), new PlacesPart(2, noIntel))).toEqual([]);
  });

  test("a slot that is opened again starts over", () => {
    const part = new PlacesPart(2, intel);
    expect(seenFrom(networks(9), part)).toHaveLength(1);
    expect(seenFrom(networks(1), part)).toEqual([]);
  });
});

test("where many unconvicted sessions wander, wandering says less", () => {
  const part = new PlacesPart(2, intel);
  const close = (addresses: readonly string[], times: number): void => {
    for (let i = 0; i < times; i++) {
      seenFrom(addresses, part);
      part.close(1, { requests: 9, teaches: true });
    }
  };
  close(networks(1), 512);
  expect(seenFrom(networks(30), part)[0]?.nats).toBeGreaterThan(6);
  close(networks(9), 256);
  expect(seenFrom(networks(30), part)[0]?.nats).toBeLessThan(4);
});
