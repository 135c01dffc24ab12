import { type AdminRoute, answerJson } from "../admin-request.ts";

/** `POST /probes`: opens a round of harmless probes and names its token. */
export const beginProbes: AdminRoute = {
  method: "POST",
  path: "/probes",
  needs: "control",
  handle({ response, service }) {
    const { config, beside, passive } = service;
    answerJson(response, 201, {
      version: 1,
      token: service.probes.begin(),
      now: Date.now(),
      mode: config.mode,
      failMode: config.failMode,
      doors: beside.length,
      passive: passive.doors.map(({ kind, where, facts }) => ({ kind, where, ...facts() })),
    });
  },
};

/** `GET /probes/TOKEN`: what of them arrived. */
export const arrivedProbes: AdminRoute = {
  method: "GET",
  path: "/probes/*",
  needs: "control",
  handle({ path, response, service }) {
    const arrived = service.probes.arrived(decodeURIComponent(path.slice("/probes/".length)));
    if (arrived === undefined) answerJson(response, 404, { error: "there is no round of probes with this token" });
    else answerJson(response, 200, { version: 1, probes: arrived });
  },
};
