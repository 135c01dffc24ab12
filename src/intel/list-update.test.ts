import { expect, test } from "vitest";
import { judgeListUpdate, type ListStanding } from "./list-update.ts";

const rules = { prefixesMax: 10_000, checksum: "", changeFactorMax: 3 };
const list = (prefixes: number): string =>
  Array.from({ length: prefixes }, (_, i) => `198.${i >> 8}.${i & 255}.0/24\n`).join("");

function accepted(text: string): ListStanding {
  const update = judgeListUpdate(text, undefined, rules);
  if (update.kind !== "accepted") throw new Error(JSON.stringify(update));
  return update.standing;
}

function reason(text: string, before?: ListStanding, over: Partial<typeof rules> = {}): string {
  const update = judgeListUpdate(text, before, { ...rules, ...over });
  return update.kind === "refused" ? update.reason : update.kind;
}

test("an honest update is accepted, and the same bytes are no update", () => {
  const before = accepted(list(100));
  expect(reason(list(120), before)).toBe("accepted");
  expect(reason(list(100), before)).toBe("unchanged");
});

test("poisoned, truncated, empty and absurdly changed lists are refused with their reason", () => {
  const before = accepted(list(300));
  const cases: readonly (readonly [text: string, expected: string])[] = [
    ["", "empty"],
    ["# nothing but a comment\n", "empty"],
    ["<html><body>502 Bad Gateway</body></html>", "unreadable"],
    ['{"prefixes":[{"ipv4Prefix":"192.0.2.0/24"},{"ipv4Pre', "unreadable"],
    [list(99), "changed-too-much"],
    [list(100), "accepted"],
    [list(901), "changed-too-much"],
    [`${list(300)}0.0.0.0/0\n`, "too-broad"],
    [`${list(300)}::/0\n`, "too-broad"],
    [Array.from({ length: 300 }, (_, i) => `${i % 223}.0.0.0/8`).join("\n"), "too-broad"],
  ];
  for (const [text, expected] of cases) expect(reason(text, before), text.slice(0, 40)).toBe(expected);
  expect(reason(list(300), undefined, { checksum: "00" })).toBe("checksum");
  expect(reason(list(300), undefined, { prefixesMax: 300 })).toBe("too-large");
  expect(reason(list(300), undefined, { checksum: before.checksum.toUpperCase() })).toBe("accepted");
});
