import fc from "fast-check";
import { expect, test } from "vitest";
import { HostNames } from "./host-names.ts";

function names(...list: readonly string[]): HostNames<string> {
  const hosts = new HostNames<string>();
  for (const name of list) hosts.add(name, name);
  return hosts;
}

test.each([
  ["shop.example", "shop.example"],
  ["SHOP.example", "shop.example"],
  ["shop.example.", "shop.example"],
  ["a.shop.example", "*.shop.example"],
  ["deep.a.shop.example", undefined],
  ["example", undefined],
  [".shop.example", undefined],
  ["", undefined],
  [`${"a".repeat(242)}.shop.example`, undefined],
  [`${"a".repeat(240)}.shop.example`, "*.shop.example"],
])("%s finds %s", (name, found) => {
  expect(names("shop.example", "*.shop.example").find(name)).toBe(found);
});

test("the first to claim a name keeps it, an exact name wins over a wildcard", () => {
  const hosts = new HostNames<number>();
  hosts.add("*.shop.example", 1);
  hosts.add("a.shop.example", 2);
  hosts.add("A.shop.example", 3);
  expect([hosts.find("a.shop.example"), hosts.find("b.shop.example")]).toEqual([2, 1]);
});

test("no name from the wire makes the search throw or match by accident (property)", () => {
  const hosts = names("shop.example", "*.wild.example");
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
      const found = hosts.find(name);
      return found === undefined || /^(shop\.example|[^.]+\.wild\.example)\.?$/i.test(name);
    }),
  );
});
