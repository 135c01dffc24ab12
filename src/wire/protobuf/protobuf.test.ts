import fc from "fast-check";
import { expect, test } from "vitest";
import { messageField, numberField, protobufText, readProtobuf, textField } from "./protobuf.ts";

test("what is written is read back, unknown fields in between or not", () => {
  const entry = fc.oneof(
    fc.record({ field: fc.integer({ min: 1, max: 2_000 }), value: fc.maxSafeNat() }),
    fc.record({ field: fc.integer({ min: 1, max: 2_000 }), value: fc.stringMatching(/^[ -~]{0,200}$/) }),
  );
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 10 }), (entries) => {
      const bytes = Buffer.concat(
        entries.map(({ field, value }) =>
          typeof value === "number" ? numberField(field, value) : textField(field, value),
        ),
      );
      const found: unknown[] = [];
      const whole = readProtobuf(bytes, (field, value) =>
        found.push({ field, value: typeof value === "number" ? value : protobufText(value) }),
      );
      expect(whole).toBe(true);
      expect(found).toEqual(entries);
    }),
  );
});

test("fixed-width fields are passed over", () => {
  const bytes = Buffer.concat([Buffer.of(0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 1, 2, 3, 4), numberField(3, 7)]);
  const found: unknown[] = [];
  expect(readProtobuf(bytes, (...pair) => found.push(pair))).toBe(true);
  expect(found).toEqual([[3, 7]]);
});

test("a message cut anywhere is never read as a whole one with other content", () => {
  const bytes = Buffer.concat([textField(1, "first"), messageField(2, [numberField(1, 300)]), textField(3, "last")]);
  for (let end = 1; end < bytes.length; end++) {
    const found: number[] = [];
    const whole = readProtobuf(bytes.subarray(0, end), (field) => found.push(field));
    expect([end, whole, found.length < 3]).toEqual([end, whole, true]);
    if (whole) expect([7, 12].includes(end)).toBe(true);
  }
});

test("random bytes neither throw nor hang", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readProtobuf(bytes, () => undefined)));
});
