import { expect, test } from "vitest";
import { orderIn, parseSearch, stringifySearch, withOrder } from "./search.ts";

test("the order of each table of a screen stands in the URL, and changing one leaves the other", () => {
  const first = withOrder(undefined, "", { order: "-requests" });
  const both = withOrder(first, "convictions", { order: "sessions" });
  const query = stringifySearch({ sort: withOrder(both, "", { order: "requests" }) });
  expect(query).toBe("?sort=convictions.sessions,requests");
  const { sort } = parseSearch(query);
  expect([orderIn(sort, ""), orderIn(sort, "convictions"), orderIn(sort, "tokens"), orderIn(undefined, "")]).toEqual([
    "requests",
    "sessions",
    undefined,
    undefined,
  ]);
});
