import type { ActionHandler } from "./action.ts";

/**
 * Tells the origin what the client is taken to be and lets it decide. Headers of these names sent by clients are
 * dropped, so the origin may believe them.
 */
export const tag: ActionHandler = {
  name: "tag",
  act(context) {
    context.addRequestHeader("X-Gait-Kind", context.verdict.kind);
    context.addRequestHeader("X-Gait-Score", String(Math.round(context.verdict.score.total)));
    const { agent } = context.verdict;
    if (agent !== undefined) context.addRequestHeader("X-Gait-Agent", `${printable(agent.name)}; ${agent.standing}`);
    context.forward();
  },
};

/** Names come from user agents and key directories: what a header cannot carry is left out (header injection). */
function printable(name: string): string {
  return name.replace(/[^\x20-\x3a\x3c-\x7e]/g, "").slice(0, 100);
}
