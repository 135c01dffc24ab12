import type { IncomingMessage } from "node:http";
import { appLimits } from "#core";
import type { ControlStore } from "#store";
import type { Caller } from "../operations/operation-context.ts";
import { permissionsOf } from "../operations/permissions.ts";
import { type OperatorSession, OperatorSessions } from "./operator-sessions.ts";
import { Operators } from "./operators.ts";
import { noPassword, passwordFits } from "./password.ts";
import { SignInThrottle } from "./sign-in-throttle.ts";
import { flowMs, type SignOn, type SignOnFailure, type SignOnStart } from "./sign-on.ts";
import { signOnPrefix } from "./signed-on.ts";
import { totpStep } from "./totp.ts";

/** How signing in went. */
export type SignIn =
  | { readonly kind: "signed-in"; readonly session: OperatorSession; readonly id: string }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "code-needed" }
  | { readonly kind: "wait"; readonly ms: number };

/** Everything about who calls: accounts, tokens, sessions and how signing in is slowed down. */
export class Identity {
  readonly operators: Operators;
  readonly sessions: OperatorSessions = new OperatorSessions(appLimits.operatorSessionsMax.default);
  readonly #throttle: SignInThrottle = new SignInThrottle(appLimits.signInAddressesMax.default);
  /** The organisation's identity provider; undefined: people sign in with passwords alone. */
  readonly signOn: SignOn | undefined;
  #deriving = 0;

  constructor(control: ControlStore, { key, signOn }: { readonly key: Buffer; readonly signOn?: SignOn | undefined }) {
    this.operators = new Operators(control, key);
    this.signOn = signOn;
  }

  /** Whether whoever reaches a loopback listener may look: nobody can have an account yet. */
  get openToLookers(): boolean {
    return this.signOn === undefined && this.operators.bootstrapToken !== undefined;
  }

  /** Sends somebody to the identity provider, slowed down like any try to sign in. */
  async beginSignOn(
    address: string,
  ): Promise<SignOnStart | SignOnFailure | { readonly kind: "wait"; readonly ms: number }> {
    if (this.signOn === undefined) return { kind: "unavailable", reason: "admin.signOn is not configured" };
    const ms = this.#throttle.take(address, performance.now());
    return ms > 0 ? { kind: "wait", ms } : this.signOn.begin(performance.now());
  }

  /** Takes somebody back from the identity provider. The session is started by `start`, once it was written down. */
  async finishSignOn(
    parameters: string,
    { flow, address }: { readonly flow: string | undefined; readonly address: string },
  ): ReturnType<SignOn["finish"]> {
    if (this.signOn === undefined) return { kind: "unavailable", reason: "admin.signOn is not configured" };
    const result = await this.signOn.finish(parameters, { flow, now: performance.now() });
    if (result.kind === "signed-on") this.#throttle.forgive(address);
    return result;
  }

  /** People of the identity provider who have a session now. */
  signedOn(): readonly { readonly name: string; readonly role: OperatorSession["role"] }[] {
    const now = performance.now();
    return this.sessions.people(now).filter(({ name }) => name.startsWith(signOnPrefix));
  }

  /** Whom a bearer token stands for, or undefined. */
  byToken(secret: string): Caller | undefined {
    const token = this.operators.tokenFor(secret, Date.now());
    if (token === undefined) return undefined;
    this.operators.lastSeen.set(`token:${token.id}`, Date.now());
    return { name: `token:${token.name}`, role: token.role, permissions: permissionsOf[token.role] };
  }

  /** Whom the cookies of a request stand for, or undefined. */
  bySession(request: IncomingMessage): { readonly caller: Caller; readonly session: OperatorSession } | undefined {
    const id = sessionIdIn(request);
    const session = id === undefined ? undefined : this.sessions.find(id, performance.now());
    if (session === undefined) return undefined;
    const { user, role } = session;
    this.operators.lastSeen.set(user, Date.now());
    return { caller: { name: user, role, permissions: permissionsOf[role] }, session };
  }

  /** Checks name, password and, where there is one, the second factor. The address is slowed down, never the user. */
  async signIn(given: {
    readonly user: string;
    readonly password: string;
    readonly code: string;
    readonly address: string;
  }): Promise<SignIn> {
    const { user, password, code, address } = given;
    const ms = this.#throttle.take(address, performance.now());
    if (ms > 0) return { kind: "wait", ms };
    // Each check takes 100 MB for a moment: a flood of sign-ins must not take the memory of the gateway.
    if (this.#deriving >= appLimits.signInsAtOnceMax.default) return { kind: "wait", ms: 1_000 };
    const account = this.operators.user(user);
    this.#deriving++;
    let fits: boolean;
    try {
      fits = await passwordFits(password, account?.password ?? noPassword);
    } finally {
      this.#deriving--;
    }
    if (!fits || account === undefined) return { kind: "refused", reason: "name or password is wrong" };
    if (account.secondFactor !== "") {
      if (code === "") return { kind: "code-needed" };
      const after = this.operators.lastStep.get(user) ?? 0;
      const step = totpStep(this.operators.unseal(account.secondFactor), code, { now: Date.now(), after });
      if (step === undefined) return { kind: "refused", reason: "the code is wrong or was used before" };
      this.operators.lastStep.set(user, step);
    }
    this.#throttle.forgive(address);
    return this.start(account);
  }

  /** Starts a session for somebody whose identity was proven. */
  start({ name, role }: { readonly name: string; readonly role: OperatorSession["role"] }): SignIn & {
    readonly kind: "signed-in";
  } {
    const now = performance.now();
    const id = this.sessions.start({ user: name, role }, now);
    const session = this.sessions.find(id, now);
    if (session === undefined) throw new Error("a session that was started is there");
    return { kind: "signed-in", id, session };
  }
}

/** Over TLS the strictest cookie there is; plain http exists on loopback alone, where browsers would drop `Secure`. */
const secureName = "__Host-gait";
const loopbackName = "gait-session";

/** The header that hands a session to the browser; an empty id takes it away. */
export function sessionCookie(id: string, { secure }: { readonly secure: boolean }): string {
  const age = id === "" ? "; Max-Age=0" : "";
  return secure
    ? `${secureName}=${id}; Path=/; Secure; HttpOnly; SameSite=Strict${age}`
    : `${loopbackName}=${id}; Path=/; HttpOnly; SameSite=Strict${age}`;
}

/** The session id a request carries. */
export function sessionIdIn(request: IncomingMessage): string | undefined {
  return cookieIn(request, [secureName, loopbackName]);
}

/** Binds a way to the identity provider to the browser that began it; it is asked for by our own page alone, hence Strict. */
const flowNames = ["__Host-gait-flow", "gait-flow"] as const;

/** The header that gives a browser its half of a flow; an empty id takes it away. */
export function flowCookie(id: string, { secure }: { readonly secure: boolean }): string {
  const [secureFlow, loopbackFlow] = flowNames;
  const age = id === "" ? "; Max-Age=0" : `; Max-Age=${flowMs / 1_000}`;
  return secure
    ? `${secureFlow}=${id}; Path=/; Secure; HttpOnly; SameSite=Strict${age}`
    : `${loopbackFlow}=${id}; Path=/; HttpOnly; SameSite=Strict${age}`;
}

/** The flow a request carries. */
export function flowIn(request: IncomingMessage): string | undefined {
  return cookieIn(request, flowNames);
}

function cookieIn({ headers }: IncomingMessage, names: readonly string[]): string | undefined {
  for (const pair of (headers.cookie ?? "").split(";")) {
    const [name = "", value = ""] = pair.trim().split("=", 2);
    if (names.includes(name) && value !== "") return value;
  }
  return undefined;
}
