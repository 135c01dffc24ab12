import { expect, test } from "vitest";
import { type Exchange, noFingerprint, readTrace } from "#core";
import { presentationSlips, slip } from "./presentation-slips.ts";

const chrome =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const usual = '"Accept: text/html" "Accept-Encoding: gzip" "Sec-Fetch-Mode: navigate"';

function slipsOf(
  userAgent: string,
  headers: string,
  over: { readonly ja4?: string; readonly h2?: string; readonly scheme?: "http" } = {},
): number {
  // Quotes inside a trace's header are written as ' here.
  const [exchange] = readTrace(`GET / 200 ${headers}`, { userAgent });
  if (exchange === undefined) throw new Error("the trace holds a request");
  const values = exchange.request.headers.values.map((value) => value.replaceAll("'", '"'));
  const request = {
    ...exchange.request,
    scheme: over.scheme ?? "https",
    headers: { ...exchange.request.headers, values },
  } as Exchange["request"];
  return presentationSlips({
    ...exchange,
    request,
    client: { ...exchange.client, fingerprint: { ...noFingerprint, ja4: over.ja4 ?? "", h2: over.h2 ?? "" } },
  });
}

test("browsers that say one thing in all places slip nowhere", () => {
  const hints = `${usual} "Sec-CH-UA: 'Chromium';v='142'" "Sec-CH-UA-Mobile: ?0" "Sec-CH-UA-Platform: 'Windows'"`;
  expect(slipsOf(chrome, hints, { ja4: "t13d1516h2_8daaf6152771_02713d6af862" })).toBe(0);
  expect(slipsOf("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", usual)).toBe(0);
  expect(
    slipsOf(
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
      usual,
    ),
  ).toBe(0);
  expect(slipsOf(chrome, '"Accept: text/html" "Accept-Encoding: gzip"', { scheme: "http" })).toBe(0);
});

test("each contradiction is noticed as what it is", () => {
  const cases: readonly (readonly [name: string, slips: number, expected: number])[] = [
    ["another version in the hints", slipsOf(chrome, `${usual} "Sec-CH-UA: 'Chromium';v='120'"`), slip.hints],
    [
      "another platform in the hints",
      slipsOf(chrome, `${usual} "Sec-CH-UA: 'Chromium';v='142'" "Sec-CH-UA-Platform: 'macOS'"`),
      slip.hints,
    ],
    [
      "hints from a browser that has none",
      slipsOf(
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        `${usual} "Sec-CH-UA: 'Chromium';v='142'"`,
      ),
      slip.hints,
    ],
    ["a current Chrome without hints", slipsOf(chrome, usual), slip.headers],
    ["no Accept at all", slipsOf(chrome, '"Accept-Encoding: gzip"', { scheme: "http" }), slip.headers],
    [
      "a hello without ALPN",
      slipsOf(chrome, `${usual} "Sec-CH-UA: 'Chromium';v='142'"`, { ja4: "t13d181100_aaaaaaaaaaaa_bbbbbbbbbbbb" }),
      slip.connection,
    ],
    [
      "a hello of TLS 1.2",
      slipsOf(chrome, `${usual} "Sec-CH-UA: 'Chromium';v='142'"`, { ja4: "t12d1516h2_aaaaaaaaaaaa_bbbbbbbbbbbb" }),
      slip.connection,
    ],
    [
      "HTTP/2 opened as Go does",
      slipsOf(chrome, `${usual} "Sec-CH-UA: 'Chromium';v='142'"`, {
        h2: "2:0;4:4194304;6:10485760|1073741824|0|a,m,p,s",
      }),
      slip.connection,
    ],
    [
      "HTTP/2 opened as Chromium does",
      slipsOf(chrome, `${usual} "Sec-CH-UA: 'Chromium';v='142'"`, {
        h2: "1:65536;2:0;4:6291456;6:262144|15663105|0|m,a,s,p",
      }),
      0,
    ],
    ["no browser claimed", slipsOf("curl/8.7.1", ""), 0],
  ];
  for (const [name, slips, expected] of cases) expect(slips, name).toBe(expected);
});
