import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalAddress, readIPv4 } from "./address.ts";
import { LogClient } from "./log-client.ts";

test("an address read as a number is the address that text reading finds (property)", () => {
  const octet = fc.oneof(fc.nat(300).map(String), fc.constantFrom("", "00", "01", "1a", "-1", "1:80"));
  fc.assert(
    fc.property(fc.array(octet, { minLength: 3, maxLength: 5 }), (octets) => {
      const bytes = Buffer.from(octets.join("."), "latin1");
      const address = readIPv4(bytes, 0, bytes.length);
      const client = new LogClient();
      client.setIPv4(address);
      const text = canonicalAddress(octets.join("."));
      // Text reading also drops a port; the number is only for what is an address and nothing else.
      expect(client.ip).toBe(octets.join(".").includes(":") ? "" : text);
    }),
  );
});

test("a client's text follows its number, and a number never outlives the text set after it", () => {
  const client = new LogClient();
  client.setIPv4(0xc0000201);
  expect(client.ip).toBe("192.0.2.1");
  client.setIPv4(0xffffffff);
  expect(client.ip).toBe("255.255.255.255");
  client.ip = "2001:db8::1";
  expect([client.ip, client.ipv4]).toEqual(["2001:db8::1", -1]);
});
