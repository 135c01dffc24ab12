import { z } from "zod";
import { type IntentGraph, renderDot, renderMermaid } from "#engine";
import type { Operation } from "../operation.ts";

/** Which graph, and how it is drawn. */
export interface IntentGraphInput {
  readonly application: string;
  readonly drawing: "none" | "dot" | "mermaid";
  readonly path: readonly string[];
}

/** The graph as data and, where asked for, as a drawing. */
export interface IntentGraphOutput {
  /** Null while no connector has shown cookies both ways, so that there is nothing to draw. */
  readonly graph: IntentGraph | null;
  readonly drawing: string;
}

const graphShape = z.looseObject({
  version: z.literal(1),
  application: z.string(),
  at: z.number(),
  endpoints: z.array(z.strictObject({ id: z.number(), name: z.string(), sort: z.string(), sensitive: z.boolean() })),
  cookies: z.array(z.looseObject({ name: z.string(), issued: z.number(), identity: z.boolean() })),
  scriptCookies: z.array(z.strictObject({ name: z.string(), sessions: z.number() })),
  edges: z.array(
    z.strictObject({
      type: z.string(),
      kind: z.string(),
      from: z.string(),
      to: z.string(),
      rate: z.number(),
      support: z.number(),
      p: z.number(),
    }),
  ),
  steps: z.array(z.looseObject({ endpoint: z.string(), kind: z.string() })),
  changes: z.array(z.looseObject({})),
}) as unknown as z.ZodType<IntentGraph>;

/** `intent.graph`: what precedes what at an application, and who issues and expects which cookie. */
export const intentGraph: Operation<IntentGraphInput, IntentGraphOutput> = {
  name: "intent.graph",
  summary:
    "The learned intent graph of an application: steps, cookies, preconditions, deploys; as data, DOT or Mermaid.",
  effect: "read",
  permission: "look",
  example: { application: "shop", drawing: "mermaid" },
  input: z.strictObject({
    application: z.string().max(200).meta({ description: "Name of the application." }),
    drawing: z.enum(["none", "dot", "mermaid"]).default("none").meta({ description: "How to draw it." }),
    path: z
      .array(z.string().max(300))
      .max(64)
      .default([])
      .meta({ description: 'Endpoints somebody went through, as "GET /login", to draw into DOT.' }),
  }),
  output: z.strictObject({ graph: graphShape.nullable(), drawing: z.string() }),
  handle({ service, now }, { application, drawing, path }) {
    const graph = service.engine.learned.graph(application, now) ?? null;
    if (graph === null || drawing === "none") return { graph, drawing: "" };
    return { graph, drawing: drawing === "dot" ? renderDot(graph, path) : renderMermaid(graph) };
  },
};
