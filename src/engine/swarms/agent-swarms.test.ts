import { expect, test } from "vitest";
import { readTrace } from "#core";
import { AgentSwarms, type Swarm } from "./agent-swarms.ts";

const phone = '"User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"';

function swarmsOf(lines: readonly string[]): readonly Swarm[] {
  const swarms = new AgentSwarms();
  for (const exchange of readTrace(lines.join("\n"))) swarms.note(exchange);
  return swarms.swarms();
}

/** Twenty people on the same kind of phone: each loads a page with its parts and walks on. */
const people = Array.from(
  { length: 20 },
  (_, i) =>
    `@198.51.${i}.1 GET /article/${i % 3} ${phone}\nGET /site.css ${phone}\nGET /about ${phone} "Referer: https://shop.example/article"`,
);
const worklist = (addresses: number): string[] =>
  Array.from(
    { length: addresses },
    (_, i) =>
      `@203.0.${i}.7 GET ${i % 9 === 0 ? "/robots.txt" : `/list/item?id=${Math.floor(i / 4)}`} 200 ${phone} "Accept: text/html"`,
  );

test("a program behind many addresses is linked, with all of its addresses and nobody else's", () => {
  const [swarm, ...others] = swarmsOf([...people, ...worklist(60)]);
  expect(others).toEqual([]);
  expect(swarm?.addresses).toHaveLength(60);
  expect(swarm?.addresses.some((ip) => ip.startsWith("198.51."))).toBe(false);
});

test("visitors who share a browser are not linked, nor are those of one shared link", () => {
  expect(swarmsOf([...people, ...people])).toEqual([]);
  const link = Array.from(
    { length: 60 },
    (_, i) =>
      `@203.0.${i}.7 GET /news/today?from=mail ${phone} "Accept: text/html"\nGET /site.css ${phone} "Accept: text/html"`,
  );
  expect(swarmsOf([...people, ...link])).toEqual([]);
});

test("nothing is linked below the least numbers", () => {
  expect(swarmsOf([...people, ...worklist(19)])).toEqual([]);
  expect(swarmsOf([...people, ...worklist(20)])).toHaveLength(1);
});
