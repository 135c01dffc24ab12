import { type AdminRoute, answerJson } from "../admin-request.ts";

/** `POST /upgrade`: starts the program anew on the same sockets; 409 with the reason when the new one does not serve. */
export const upgrade: AdminRoute = {
  method: "POST",
  path: "/upgrade",
  needs: "control",
  async handle({ response, service }) {
    const result = await service.upgrade();
    answerJson(response, result.kind === "upgraded" ? 200 : 409, result);
  },
};
