import fc from "fast-check";
import { expect, test } from "vitest";
import { pathShape } from "./path-shape.ts";

test("numbers and long segments are left out, versions are words of the route", () => {
  expect(pathShape("/orders/1042/items")).toBe("/orders/{}/items");
  expect(pathShape("/api/v2/users/7")).toBe("/api/v2/users/{}");
  expect(pathShape(`/x/${"a".repeat(41)}`)).toBe("/x/{}");
  expect(pathShape(`/x/${"a".repeat(40)}`)).toBe(`/x/${"a".repeat(40)}`);
  expect(pathShape("/")).toBe("/");
  expect(pathShape("*")).toBe("*");
});

/** The same said with the string methods of the language. */
function plainly(path: string): string {
  const varies = (segment: string): boolean => segment.length > 40 || (/\d/.test(segment) && !/^v\d$/.test(segment));
  return path
    .split("/", 13)
    .map((segment) => (varies(segment) ? "{}" : segment))
    .join("/");
}

test("any path has the shape that splitting it gives, thirteen segments at most", () => {
  const segment = fc.oneof(
    fc.constantFrom("", "a", "v1", "V1", "v12", "7", "a7", "sku-7", "x".repeat(41), "1".repeat(40)),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 18 }), (segments) => {
      const path = `/${segments.join("/")}`;
      expect(pathShape(path)).toBe(plainly(path));
    }),
    { numRuns: 2_000 },
  );
});
