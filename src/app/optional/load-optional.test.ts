import { expect, test } from "vitest";
import { loadOptional } from "./load-optional.ts";

test("a package that is there is loaded, one that is not is named with the command that brings it", async () => {
  expect((await loadOptional("nodemailer", "alerts by mail")).kind).toBe("loaded");
  expect(await loadOptional("@nobody-has/this/deep", "dreaming")).toEqual({
    kind: "missing",
    hint: "dreaming needs the package @nobody-has/this beside Gait: npm install @nobody-has/this",
  });
});
