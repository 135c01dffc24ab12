import { z } from "zod";
import type { Variable } from "#policy";
import type { Operation } from "../operation.ts";

/** Something that a rule may ask about. */
export interface Fact {
  readonly name: string;
  readonly type: "bool" | "number" | "string" | "list";
  readonly description: string;
  /** What it can be, where that is a list; empty: anything. */
  readonly values: readonly string[];
}

const types: Readonly<Record<Variable["type"], Fact["type"]>> = { text: "string", number: "number", flag: "bool" };

/** `vocabulary.list`: what rules may ask about. */
export const listVocabulary: Operation<Readonly<Record<string, never>>, { readonly facts: readonly Fact[] }> = {
  name: "vocabulary.list",
  summary: "Everything that a rule's condition may ask about, with what it means.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({}) as z.ZodType<Readonly<Record<string, never>>>,
  output: z.strictObject({
    facts: z.array(
      z.strictObject({
        name: z.string(),
        type: z.enum(["bool", "number", "string", "list"]),
        description: z.string(),
        values: z.array(z.string()),
      }),
    ),
  }),
  handle({ service }) {
    const { variables, detectors, tags } = service.policyRoom.policy.facts.vocabulary;
    return {
      facts: [
        ...variables.map(({ name, type, description }): Fact => ({ name, type: types[type], description, values: [] })),
        { name: "signals", type: "list", description: "Detectors that spoke about the session.", values: detectors },
        { name: "tags", type: "list", description: "What the endpoint and its application are for.", values: tags },
      ],
    };
  },
};
