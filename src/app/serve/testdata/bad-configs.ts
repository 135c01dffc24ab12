import fc from "fast-check";

/** One way to spoil a configuration or its rules, with what is on disk then. */
export interface BadPush {
  readonly kind: string;
  readonly config: Buffer;
  /** Undefined: the good ones. */
  readonly rules?: string;
}

const megabyte = 1_048_576;

/** Spoiled versions of a good configuration that ends with a flow mapping; every one must be refused. Drawn from a seed. */
export function badConfigs(good: string, count: number, seed = 2026): readonly BadPush[] {
  const text = (kind: string, config: string): BadPush => ({ kind, config: Buffer.from(config) });
  const rule = (rules: string): BadPush => ({ kind: "rules", config: Buffer.from(good), rules });
  const word = fc.string({ unit: fc.constantFrom(..."abcdefghij"), minLength: 6, maxLength: 20 });
  const kinds: readonly fc.Arbitrary<BadPush>[] = [
    fc
      .constantFrom("mode: 12", "workers: many", "limits: [1]", "policy: 7", "store: []", "routes: yes", "failMode: {}")
      .map((line) => text("type", `${withoutKey(good, line.split(":")[0] ?? "")}${line}\n`)),
    word.map((key) => text("unknown-key", `${good}x${key}: 1\n`)),
    fc.constantFrom("mode: observe\nmode: enforce\n").map((lines) => text("duplicate-key", withoutKey(good, "mode") + lines)),
    word.map((name) => {
      const one = (host: string): string => `{ name: ${name}, hosts: [${host}], upstream: "http://127.0.0.1:9" }`;
      return text("duplicate-id", `${withoutKey(good, "upstream")}applications: [${one("a.example")}, ${one("b.example")}]\n`);
    }),
    fc.constantFrom(".nan", ".inf", "-.inf", "-1", "1e9").map((value) => text("NaN", `${withoutKey(good, "policy")}policy: { surgeFactor: ${value} }\n`)),
    fc.constantFrom("", "\n\n", "# nothing\n", "---\n", "{}\n", "null\n").map((whole) => text("empty", whole)),
    fc.integer({ min: 1, max: 12 }).map((cut) => text("truncated", good.slice(0, good.lastIndexOf("}") - cut + 1).replace(/\}\s*$/, ""))),
    fc.nat({ max: good.length }).map((at) => text("NUL", `${good.slice(0, at)}\0${good.slice(at)}`)),
    fc.uint8Array({ minLength: 40, maxLength: 400 }).map((bytes) => ({ kind: "binary", config: Buffer.concat([Buffer.from(bytes), Buffer.from([0xff, 0])]) })),
    word.map((field) => rule(`- { name: a, why: b, when: session.${field}s > 1, then: block, mode: enforce }\n`)),
    fc.constantFrom("- name: [", "- { name: a }\n", "x: 1\n", "- { name: a, why: b, when: true, then: blok }\n").map(rule),
    fc.constant(rule("- { name: a, why: b, when: 'true', then: log }\n- { name: a, why: b, when: 'true', then: log }\n")),
    fc
      .constantFrom(...Array.from({ length: 10 }, (_, i) => i))
      .map((bad) =>
        rule(
          Array.from({ length: 10 }, (_, i) => `- { name: r${i}, why: b, when: ${i === bad ? "nothing.here" : "'true'"}, then: log }\n`).join(""),
        ),
      ),
  ];
  const drawn = kinds.map((kind, i) => fc.sample(kind, { numRuns: Math.ceil(count / kinds.length), seed: seed + i }));
  const mixed = Array.from({ length: count }, (_, i) => drawn[i % kinds.length]?.[Math.floor(i / kinds.length)] as BadPush);
  const huge = { kind: "64 MB", config: Buffer.concat([Buffer.from(good), Buffer.alloc(64 * megabyte, "# a long comment\n")]) };
  return [...mixed.slice(0, -1), huge];
}

function withoutKey(good: string, key: string): string {
  return good
    .split("\n")
    .filter((line) => !line.startsWith(`${key}:`))
    .join("\n");
}
