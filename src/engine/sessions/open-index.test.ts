import fc from "fast-check";
import { expect, test } from "vitest";
import { OpenIndex } from "./open-index.ts";
import { mix32 } from "./text-hash.ts";

test("an index holds what a Map holds, whatever is added and removed (property)", () => {
  const steps = fc.array(fc.record({ add: fc.boolean(), reference: fc.integer({ min: 0, max: 60 }) }), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(steps, fc.boolean(), (operations, colliding) => {
      const index = new OpenIndex({ hashOf: (reference) => (colliding ? reference % 3 : mix32(reference)) }, 4);
      const model = new Set<number>();
      const find = (reference: number): boolean => {
        const hash = colliding ? reference % 3 : mix32(reference);
        for (let cell = index.start(hash); ; cell = index.next(cell)) {
          const found = index.at(cell);
          if (found < 0) return false;
          if (found === reference) return true;
        }
      };
      for (const { add, reference } of operations) {
        if (add && !model.has(reference)) {
          index.add(reference);
          model.add(reference);
        } else if (!add) expect(index.remove(reference)).toBe(model.delete(reference));
      }
      expect(index.size).toBe(model.size);
      for (let reference = 0; reference <= 60; reference++) expect(find(reference)).toBe(model.has(reference));
    }),
  );
});
