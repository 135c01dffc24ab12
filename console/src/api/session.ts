import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { CallError, send, setCsrf } from "./client.ts";
import type { SessionState } from "./contract.ts";
import { allowLive } from "./live.ts";

/** A gateway that knows no people: whoever reaches the listener may look. */
const anybody: SessionState = {
  user: null,
  role: "viewer",
  may: [],
  bootstrap: false,
  csrf: null,
  secondFactor: false,
  signOn: null,
};

/**
 * Who is signed in. Asked by GET before anything else, because every other call carries the session's proof against
 * cross-site requests, which comes with the answer.
 */
export function useSession(): UseQueryResult<SessionState, Error> {
  return useQuery({
    queryKey: ["session"],
    queryFn: async () => {
      try {
        return keep((await send("/api/v1/session/get")) as SessionState);
      } catch (error) {
        if (error instanceof CallError && error.fault === "missing") return anybody;
        throw error;
      }
    },
    staleTime: 60_000,
    retry: false,
  });
}

/** Takes over a session that was just made or ended. */
export function keep(state: SessionState): SessionState {
  setCsrf(state.csrf ?? undefined);
  allowLive(state.role !== null);
  return state;
}
