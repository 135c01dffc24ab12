import type { ActionHandler } from "./action.ts";
import { block } from "./block.ts";
import { challengePolicy, renderChallengePage } from "./challenge-page.ts";

const pageHeaders = [
  ["Content-Security-Policy", challengePolicy],
  ["X-Content-Type-Options", "nosniff"],
  ["Referrer-Policy", "same-origin"],
] as const;

/**
 * Has a browser compute for a moment, where the operator chose that and somebody made a puzzle for it (`options.puzzle`), and answers
 * a solution that came in (`options.redeemed`). Without either the client is refused: nothing can be asked of it.
 */
export const challenge: ActionHandler = {
  name: "challenge",
  act(context) {
    const { puzzle, bits, redeemed } = context.verdict.options ?? {};
    if (typeof redeemed === "string") {
      const outcome = redeemed === "solved" ? "solved" : "refused";
      context.refuse(outcome === "solved" ? 200 : 403, {
        document: { contentType: "text/plain", text: `${outcome}\n`, headers: [["X-Gait-Challenge", outcome]] },
      });
    } else if (typeof puzzle === "string" && typeof bits === "number") {
      // Under 403, so that no cache and no index takes it for the page that was asked for.
      context.refuse(403, {
        document: {
          contentType: "text/html; charset=utf-8",
          text: renderChallengePage({ puzzle, bits, reference: context.exchange.id }),
          headers: pageHeaders,
        },
      });
    } else block.act(context);
  },
};
