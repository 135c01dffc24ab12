import { expect, test } from "vitest";
import { eventWhere } from "./event-where.ts";

const hash = (): number => 42;

test("what is left out is the turned clause of what would be kept, with its values bound behind the others", () => {
  const { sql, values } = eventWhere(
    {
      kind: ["human"],
      exclude: [
        { field: "ip", value: "203.0.113.9" },
        { field: "status", value: "404" },
      ],
    },
    hash,
  );
  expect(sql).toBe("kind IN ($1) AND NOT coalesce((address = $2), false) AND NOT coalesce((status = $3), false)");
  expect(values).toEqual(["human", 42, 404]);
});

test("a value that is used twice in a clause is bound for each place", () => {
  const { sql, values } = eventWhere({ exclude: [{ field: "fingerprint", value: "g1" }] }, hash);
  expect(sql).toBe("NOT coalesce(((ja4 = $1 OR headers = $2)), false)");
  expect(values).toEqual(["g1", "g1"]);
});

test("hostile values stay values", () => {
  const { sql, values } = eventWhere({ exclude: [{ field: "path", value: "/' OR 1=1 --*" }] }, hash);
  expect(sql).toBe("NOT coalesce((starts_with(path, $1)), false)");
  expect(values).toEqual(["/' OR 1=1 --"]);
});

test("an endpoint that is shown with its method is looked for by both, kept or left out", () => {
  expect(eventWhere({ template: "POST /login" }, hash)).toEqual({
    sql: "method = $1 AND template = $2",
    values: ["POST", "/login"],
  });
  expect(eventWhere({ template: "/login" }, hash)).toEqual({ sql: "template = $1", values: ["/login"] });
  expect(eventWhere({ exclude: [{ field: "template", value: "GET /{x}" }] }, hash)).toEqual({
    sql: "NOT coalesce((method = $1 AND template = $2), false)",
    values: ["GET", "/{x}"],
  });
});
