import { type AdminRoute, answerJson } from "../admin-request.ts";
import { statusOf } from "../status-document.ts";

/** `GET /status`: what runs, how it is configured, what it saw. What `gait status` prints. */
export const status: AdminRoute = {
  method: "GET",
  path: "/status",
  needs: "look",
  handle({ response, service }) {
    answerJson(response, 200, statusOf(service));
  },
};
