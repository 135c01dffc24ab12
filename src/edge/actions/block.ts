import type { ActionHandler } from "./action.ts";

const statusDefault = 403;
const statuses: ReadonlySet<number> = new Set([400, 401, 403, 404, 410, 429, 500, 503]);

/**
 * Refuses with a reference: the same answer whatever the reason, so that nothing can be learned by trying. `status` chooses
 * another refusal; `answer: app` gives the origin's own answer of that status, at the pace of the origin.
 */
export const block: ActionHandler = {
  name: "block",
  act(context) {
    const { options } = context.verdict;
    if (options?.answer === "app" && context.answerAsOrigin()) return;
    const status = Number(options?.status ?? statusDefault);
    context.refuse(statuses.has(status) ? status : statusDefault);
  },
};
