import { expect, test } from "vitest";
import { type Intel, type Network, readTrace, unknownNetwork } from "#core";
import { createEngine } from "../guard.ts";

const chrome =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/** 10.0.x.x is in Japan, 10.1.x.x in Canada. */
const intel: Intel = {
  network: (ip): Network => ({ ...unknownNetwork, country: ip.startsWith("10.0.") ? "JP" : "CA" }),
  declaredBot: () => undefined,
};

function visit(address: string, language: string): ReturnType<typeof readTrace>[number] {
  const trace = `@${address} GET / 200 "Accept: text/html" "Accept-Encoding: gzip" "Accept-Language: ${language}"`;
  const [exchange] = readTrace(trace, { userAgent: chrome });
  if (exchange === undefined) throw new Error("the trace holds a request");
  return { ...exchange, request: { ...exchange.request, scheme: "http" } };
}

function said(language: string): string[] {
  const engine = createEngine({ intel });
  for (let i = 0; i < 250; i++) {
    engine.exchange(visit(`10.0.${i >> 7}.${i & 127}`, "ja"));
    engine.exchange(visit(`10.1.${i >> 7}.${i & 127}`, "en-CA,en;q=0.9"));
  }
  return engine.inspect(visit("10.0.9.9", language)).signals.map(({ detector }) => detector);
}

test("a browser in Japan that asks for English on a site read in Japanese there is noticed, faintly", () => {
  expect(said("en-US,en;q=0.9")).toContain("language-geography");
});

test("a browser that asks for the country's language says nothing", () => {
  expect(said("ja,en;q=0.5")).not.toContain("language-geography");
});
