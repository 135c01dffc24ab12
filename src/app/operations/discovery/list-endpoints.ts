import { z } from "zod";
import type { Operation } from "../operation.ts";

/** Which endpoints. */
export interface ListEndpointsInput {
  readonly contains?: string | undefined;
  readonly limit: number;
}

/** One learned endpoint. */
export interface EndpointLine {
  readonly template: string;
  /** What it is for, as learned: page, asset, login, … */
  readonly class: string;
  /** Since the gateway started. */
  readonly requests: number;
}

/** The busiest first. */
export interface ListEndpointsOutput {
  readonly total: number;
  readonly endpoints: readonly EndpointLine[];
}

/** `endpoints.list`: path templates learned from traffic. */
export const listEndpoints: Operation<ListEndpointsInput, ListEndpointsOutput> = {
  name: "endpoints.list",
  summary: "Endpoints learned from traffic, the busiest first.",
  effect: "read",
  permission: "look",
  example: { contains: "product" },
  input: z.strictObject({
    contains: z.string().max(200).optional().meta({ description: "Part of the template." }),
    limit: z.int().min(1).max(5_000).default(500).meta({ description: "Endpoints at most." }),
  }),
  output: z.strictObject({
    total: z.number(),
    endpoints: z.array(z.strictObject({ template: z.string(), class: z.string(), requests: z.number() })),
  }),
  handle({ service }, { contains, limit }) {
    const fitting = [...service.engine.endpoints()]
      .filter(({ template }) => contains === undefined || template.includes(contains))
      .sort((a, b) => b.requests - a.requests);
    return {
      total: fitting.length,
      endpoints: fitting
        .slice(0, limit)
        .map(({ template, class: learned, requests }) => ({ template, class: learned, requests })),
    };
  },
};
