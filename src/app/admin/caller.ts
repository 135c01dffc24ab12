import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { flowCookie, flowIn, sessionCookie, sessionIdIn } from "../identity/identity.ts";
import type { OperatorSession } from "../identity/operator-sessions.ts";
import type { Caller, SessionDoor } from "../operations/operation-context.ts";
import { permissionsOf, roles } from "../operations/permissions.ts";
import type { Service } from "../serve/service.ts";
import type { Authority } from "./admin-request.ts";
import { bareHost } from "./admission.ts";

/** Somebody at the admin plane. */
export interface Visitor {
  readonly caller: Caller;
  readonly session: OperatorSession | undefined;
  /** What the plain routes (status page, metrics, reload) allow. */
  readonly authority: Authority | "none";
}

/** Whoever reaches a loopback listener before anybody has an account. */
export const looker = "looker";

const anonymous: Caller = { name: "anonymous", role: "none", permissions: new Set(["anyone"]) };

/**
 * Says who a request is from: the socket's owner, the bearer of the admin token or of an API token, a person with a
 * session, or somebody who may look because nobody has an account yet and the listener is on loopback.
 */
export function identify(
  request: IncomingMessage,
  granted: Authority | "none",
  { service, socket }: { readonly service: Service; readonly socket: boolean },
): Visitor {
  if (socket) return visitor(atSocket(request));
  if (granted === "control") return visitor({ name: "admin-token", role: "admin", permissions: permissionsOf.admin });
  const { identity } = service;
  const [scheme, secret] = (request.headers.authorization ?? "").split(" ", 2);
  if (scheme?.toLowerCase() === "bearer") return visitor(identity.byToken(secret ?? "") ?? anonymous);
  const signedIn = identity.bySession(request);
  if (signedIn !== undefined) {
    if (request.method === "GET" || request.method === "HEAD" || csrfFits(request, signedIn.session))
      return visitor(signedIn.caller, signedIn.session);
    // A change without the session's token comes from somewhere else than its page (cross-site request forgery).
    return visitor(anonymous);
  }
  const isBasic = scheme?.toLowerCase() === "basic";
  if (granted === "look" && (isBasic || identity.openToLookers))
    return visitor({ name: looker, role: "viewer", permissions: permissionsOf.viewer });
  return visitor(anonymous);
}

/** The socket's owner may do everything, and may ask to be less (`X-Gait-As: mcp:viewer`): a model at its end, for one. */
function atSocket(request: IncomingMessage): Caller {
  const asked = request.headers["x-gait-as"];
  if (asked === undefined) return { name: "socket", role: "admin", permissions: permissionsOf.admin };
  const less = /^(?<name>[a-z]{1,16}):(?<role>[a-z]{1,16})$/.exec(String(asked))?.groups;
  const role = roles.find((one) => one === less?.role);
  // Somebody who wanted to be less and misspelt it is not made more.
  if (role === undefined) return anonymous;
  return { name: `socket:${less?.name}`, role, permissions: permissionsOf[role] };
}

function visitor(caller: Caller, session?: OperatorSession): Visitor {
  const looks = caller.permissions.has("look") ? "look" : "none";
  return { caller, session, authority: caller.permissions.has("operate") ? "control" : looks };
}

function csrfFits(request: IncomingMessage, { csrf }: OperatorSession): boolean {
  const given = Buffer.from(String(request.headers["x-csrf-token"] ?? ""));
  const wanted = Buffer.from(csrf);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** How sessions begin and end for a request: with a cookie that says `Secure` wherever the name is not loopback. */
export function doorOf(
  request: IncomingMessage,
  response: ServerResponse,
  { service, session }: { readonly service: Service; readonly session: OperatorSession | undefined },
): SessionDoor {
  const host = bareHost(request.headers.host ?? "");
  const secure = !["localhost", "127.0.0.1", "::1"].includes(host);
  const endNow = (): void => {
    const id = sessionIdIn(request);
    if (id !== undefined) service.identity.sessions.end(id);
  };
  return {
    address: request.socket.remoteAddress ?? "",
    session,
    keep(id) {
      // What the browser had before is worth nothing from now on (session fixation).
      endNow();
      response.appendHeader("set-cookie", sessionCookie(id, { secure }));
    },
    flow: flowIn(request),
    keepFlow(id) {
      response.appendHeader("set-cookie", flowCookie(id, { secure }));
    },
    end() {
      endNow();
      response.setHeader("set-cookie", sessionCookie("", { secure }));
    },
  };
}
