import { describe, expect, test } from "vitest";
import { createRandom } from "#core";
import { alphabetOf, dimensions, FingerprintBook } from "./index.ts";

const at = Date.UTC(2026, 0, 5);
const random = createRandom(5);

/** One client's behaviour: every dimension has a value. */
function someone(): Float64Array {
  return Float64Array.from(dimensions, (dimension) => Math.floor(random() * alphabetOf(dimension)));
}

function see(
  book: FingerprintBook,
  behaviour: number,
  values: Float64Array,
  more: { readonly person?: number; readonly convicted?: boolean } = {},
): void {
  book.see({ behaviour, values, person: more.person ?? 0, convicted: more.convicted ?? false, at });
}

describe("the book of fingerprints", () => {
  test("tells what a behaviour is, who showed it, and nothing of one it does not hold", () => {
    const book = new FingerprintBook();
    const values = someone();
    values[0] = Number.NaN;
    see(book, 7, values, { person: 3 });
    see(book, 7, values, { convicted: true });
    const view = book.describe(7);
    expect(view).toMatchObject({ sessions: 2, people: 1, convicted: 1 });
    expect(view?.dimensions).toHaveLength(dimensions.length - 1);
    expect(view?.dimensions.every(({ shows }) => shows !== "")).toBe(true);
    expect(view?.dimensions.find(({ name }) => name === "preconditions")).toMatchObject({ strict: true });
    expect(view?.dimensions.filter(({ telling }) => telling).length).toBeLessThanOrEqual(24);
    expect(view?.dimensions.find(({ name }) => name === "length")).toMatchObject({ strict: false });
    expect(view?.family).toHaveLength(8);
    expect(book.describe(8)).toBeUndefined();
  });

  test("shows a behaviour before its first session ended, which counts as nothing and never replaces what did", () => {
    const book = new FingerprintBook();
    const values = someone();
    book.draft(7, values);
    const drafted = book.describe(7);
    expect(drafted).toMatchObject({ sessions: 0, people: 0, convicted: 0 });
    expect(drafted?.dimensions).toHaveLength(dimensions.length);
    values.fill(Number.NaN);
    book.draft(7, values);
    expect(book.describe(7)).toEqual(drafted);
    see(book, 7, values);
    expect(book.describe(7)).toMatchObject({ sessions: 1, dimensions: [] });
    book.draft(0, values);
    expect(book.holds(0)).toBe(false);
  });

  test("a convicted session of an anchored account teaches nothing about people", () => {
    const book = new FingerprintBook();
    see(book, 7, someone(), { person: 3, convicted: true });
    expect(book.describe(7)).toMatchObject({ people: 0, convicted: 1 });
    expect(book.save().statistics.people.every((count) => count === 0)).toBe(true);
  });

  test("one person is one vote a day", () => {
    const book = new FingerprintBook();
    const values = someone();
    for (let i = 0; i < 20; i++) see(book, 7, values, { person: 3 });
    expect(Math.max(...book.save().statistics.people)).toBe(1);
  });

  test("a retooled client is found alike, strangers are not", () => {
    const book = new FingerprintBook();
    for (let person = 1; person <= 400; person++) see(book, 1_000 + person, someone(), { person });
    const tool = someone();
    const retooled = tool.slice();
    for (let d = 0; d < 4; d++) retooled[d * 10] = 0;
    see(book, 1, tool, { convicted: true });
    see(book, 2, retooled);
    const alike = book.describe(2)?.alike ?? [];
    expect(alike[0]).toMatchObject({ behaviour: 1, convicted: true });
    expect(alike).toHaveLength(1);
  });

  test("holds no more behaviours than it may, and keeps those with many sessions", () => {
    const book = new FingerprintBook();
    for (let i = 0; i < 50; i++) see(book, 1, someone());
    for (let behaviour = 2; behaviour < 6_000; behaviour++) see(book, behaviour, someone());
    expect(book.describe(1)?.sessions).toBe(50);
    expect(book.describe(5_999)?.sessions).toBe(1);
    let held = 0;
    for (let behaviour = 1; behaviour < 6_000; behaviour++) if (book.describe(behaviour) !== undefined) held++;
    expect(held).toBe(4_096);
  }, 60_000);

  test("outlives a restart, and is not read by a version with other dimensions", () => {
    const book = new FingerprintBook();
    for (let person = 1; person <= 40; person++) see(book, person % 3, someone(), { person });
    const saved = JSON.parse(JSON.stringify(book.save())) as ReturnType<FingerprintBook["save"]>;
    const next = new FingerprintBook();
    next.restore(saved);
    expect(next.describe(1)).toEqual(book.describe(1));
    const other = new FingerprintBook();
    other.restore({ ...saved, dimensions: [...saved.dimensions.slice(1), "something new"] });
    expect(other.describe(1)).toBeUndefined();
  });
});
