import { type AdminRoute, answerJson } from "../admin-request.ts";

/** `POST /reload`: reads the configuration again; 409 with every mistake when it is refused. */
export const reload: AdminRoute = {
  method: "POST",
  path: "/reload",
  needs: "control",
  handle({ response, service }) {
    const result = service.reload();
    answerJson(response, result.kind === "reloaded" ? 200 : 409, result);
  },
};
