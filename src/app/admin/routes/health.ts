import { type AdminRoute, answerJson } from "../admin-request.ts";

/** `GET /livez`: the process answers. Restart it when it does not. */
export const livez: AdminRoute = {
  method: "GET",
  path: "/livez",
  needs: "open",
  handle({ response }) {
    answerJson(response, 200, { alive: true });
  },
};

/** `GET /readyz`: traffic may be sent here. 503 from the first moment of a drain. */
export const readyz: AdminRoute = {
  method: "GET",
  path: "/readyz",
  needs: "open",
  handle({ response, service }) {
    const ready = !service.draining;
    answerJson(response, ready ? 200 : 503, { ready, degraded: service.degraded !== "" });
  },
};
