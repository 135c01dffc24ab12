import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteInterner } from "./byte-interner.ts";

const latin1 = (bytes: Buffer, start: number, end: number): string => bytes.toString("latin1", start, end);

test("equal marks mean equal texts, over interners, evictions and texts too long to be remembered (property)", () => {
  const textOf = new Map<number, string>();
  const interners = [16, 16, 32].map((slots) => new ByteInterner(slots, latin1, { width: 16 }));
  fc.assert(
    fc.property(fc.nat(2), fc.stringMatching(/^[a-c]{0,18}$/), (which, text) => {
      const interner = interners[which] as ByteInterner;
      const bytes = Buffer.from(text);
      expect(interner.intern(bytes, 0, bytes.length)).toBe(text);
      const { mark } = interner;
      if (text.length < 4 || text.length > 16) expect(mark).toBe(0);
      if (mark === 0) return;
      expect(textOf.get(mark) ?? text).toBe(text);
      textOf.set(mark, text);
      expect(interner.known(bytes, 0, bytes.length)).toBe(text);
      expect(interner.mark).toBe(mark);
    }),
    { numRuns: 2_000 },
  );
});
