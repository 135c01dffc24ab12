import { expect, test } from "vitest";
import { waysOf } from "./ways.ts";
import { layOut } from "./ways-layout.ts";

const way = (from: string, to: string, requests: number) => ({ from, to, requests, sessions: 1 });

test("a step that fewer than one in fifty people take from there is strange, one that more take is not", () => {
  const people = [way("GET /", "GET /a", 98), way("GET /", "GET /b", 2), way("GET /", "GET /c", 1)];
  const { edges, strange, suspectSteps, worst } = waysOf(people, [
    way("GET /", "GET /b", 3),
    way("GET /", "GET /c", 7),
  ]);
  expect(edges.find(({ to }) => to === "GET /b")).toMatchObject({ people: 2 / 101, strange: true });
  expect(edges.find(({ to }) => to === "GET /a")).toMatchObject({ strange: false, suspectRequests: 0 });
  expect({ strange, suspectSteps, worst: worst?.to }).toEqual({ strange: 10, suspectSteps: 10, worst: "GET /c" });
  expect(waysOf([way("x", "y", 49), way("x", "z", 1)], [way("x", "z", 1)]).strange).toBe(0);
});

test("500 nodes are placed inside the frame, the same way each time", () => {
  const many = Array.from({ length: 900 }, (_, index) =>
    way(`GET /${index % 500}`, `GET /${(index * 7 + 1) % 500}`, 1 + (index % 9)),
  );
  const ways = waysOf(many, many.slice(0, 40));
  const before = process.cpuUsage();
  const places = layOut(ways, 1_000, 520);
  const spent = process.cpuUsage(before);
  console.log(
    `layout of ${places.size} nodes: ${Math.round((spent.user + spent.system) / 1_000)} ms of processor time`,
  );
  expect(places.size).toBe(500);
  for (const { x, y } of places.values()) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(1_000);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(520);
  }
  expect([...layOut(ways, 1_000, 520).values()]).toEqual([...places.values()]);
});
