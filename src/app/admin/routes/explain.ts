import { explain } from "../../explain/explanation.ts";
import { ruleBehind } from "../../explain/rule-behind.ts";
import { type AdminRoute, answerJson } from "../admin-request.ts";

/** `GET /explain/REFERENCE`: one verdict with its evidence, as long as it is among the last ones. */
export const explainRoute: AdminRoute = {
  method: "GET",
  path: "/explain/*",
  needs: "look",
  handle({ path, response, service }) {
    const reference = decodeURIComponent(path.slice("/explain/".length));
    const seen = service.witness.recent.find(reference);
    if (seen === undefined) answerJson(response, 404, { error: "no verdict with this reference is remembered" });
    else answerJson(response, 200, explain(seen, ruleBehind(seen, service.policyRoom.desk)));
  },
};
