import { isIP } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalAddress, isInsideAddress } from "./address.ts";

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.2.1:8080", "192.0.2.1"],
  ["[2001:db8::1]:443", "2001:db8::1"],
  ["2001:0DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["::", "::"],
  ["::ffff:192.0.2.33", "192.0.2.33"],
  ["::ffff:c000:221", "192.0.2.33"],
  ["fe80::1%eth0", "fe80::1"],
  ["010.0.0.1", ""],
  ["1.2.3", ""],
  ["1.2.3.4.5", ""],
  ["unix:", ""],
  ["shop.example", ""],
  ["-", ""],
])("%j is written as %j", (text, canonical) => {
  expect(canonicalAddress(text)).toBe(canonical);
});

test("what is canonical stays as it is, and every address stays an address", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const canonical = canonicalAddress(text);
      expect(isIP(canonical)).not.toBe(0);
      expect(canonicalAddress(canonical)).toBe(canonical);
    }),
  );
});

test("inside addresses are those nobody outside can connect from", () => {
  for (const ip of ["10.1.2.3", "127.0.0.1", "192.168.1.1", "172.16.0.1", "172.31.0.1", "100.64.0.1", "::1", "fd00::1"])
    expect(isInsideAddress(ip)).toBe(true);
  for (const ip of ["11.0.0.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2001:db8::1", "8.8.8.8"])
    expect(isInsideAddress(ip)).toBe(false);
});
