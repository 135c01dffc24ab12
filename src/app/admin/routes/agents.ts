import { type AdminRoute, answerJson } from "../admin-request.ts";

/** `GET /agents`: agents on this site since the start, the busiest first, and what is wrong with the address lists. */
export const agentsRoute: AdminRoute = {
  method: "GET",
  path: "/agents",
  needs: "look",
  handle({ response, service }) {
    answerJson(response, 200, { version: 1, ...service.agentReport() });
  },
};
