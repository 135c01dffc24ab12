import { expect, test } from "vitest";
import { suggest } from "./suggest.ts";

test("a slip of the keyboard is recognised", () => {
  const words = ["listen", "upstream", "trustedProxies", "mode"];
  expect(suggest("lisetn", words)).toBe("listen");
  expect(suggest("trustedproxys", words)).toBe("trustedProxies");
  expect(suggest("mdoe", words)).toBe("mode");
});

test("a different word is not guessed at", () => {
  expect(suggest("banana", ["listen", "mode"])).toBeUndefined();
  expect(suggest("x".repeat(10_000), ["x"])).toBeUndefined();
});
