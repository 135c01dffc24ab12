import { type AdminRoute, answer } from "../admin-request.ts";
import { renderMetrics } from "../metrics.ts";

/** `GET /metrics`: Prometheus text format 0.0.4. */
export const metrics: AdminRoute = {
  method: "GET",
  path: "/metrics",
  needs: "look",
  handle({ response, service }) {
    answer(response, 200, { type: "text/plain; version=0.0.4; charset=utf-8", body: renderMetrics(service) });
  },
};
