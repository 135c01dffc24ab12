import { randomBytes } from "node:crypto";
import { z } from "zod";
import { usersCollection } from "../../identity/operators.ts";
import { base32, totpStep } from "../../identity/totp.ts";
import { type Operation, OperationFault } from "../operation.ts";

/** What to do about one's own second factor. */
export interface SecondFactorInput {
  readonly step: "begin" | "confirm" | "remove";
  readonly code: string;
}

/** `otpauth` holds the secret for an authenticator after `begin`; it is shown this once. */
export interface SecondFactorOutput {
  readonly enabled: boolean;
  readonly otpauth: string | null;
}

/** Secrets that were begun and not confirmed, sealed; one per user, gone with the process. */
const begun = new Map<string, string>();

/** `session.second-factor`: one's own one-time codes. */
export const secondFactor: Operation<SecondFactorInput, SecondFactorOutput> = {
  name: "session.second-factor",
  summary: "Add one-time codes (TOTP) to one's own account, or take them away.",
  effect: "write",
  permission: "open",
  example: { step: "begin" },
  input: z.strictObject({
    step: z.enum(["begin", "confirm", "remove"]).meta({ description: "begin, then confirm with a code; or remove." }),
    code: z.string().max(16).default("").meta({ description: "A code of the authenticator." }),
  }),
  output: z.strictObject({ enabled: z.boolean(), otpauth: z.string().nullable() }),
  handle(context, { step, code }) {
    const { operators } = context.service.identity;
    const account = operators.user(context.caller.name);
    if (account === undefined) throw new OperationFault("invalid", "only people with an account have a second factor");
    const { name } = account;
    if (step === "begin") {
      const secret = randomBytes(20);
      context.change({ user: name, step });
      begun.set(name, operators.seal(secret));
      const otpauth = `otpauth://totp/Gait:${encodeURIComponent(name)}?secret=${base32(secret)}&issuer=Gait`;
      return { enabled: account.secondFactor !== "", otpauth };
    }
    const sealed = step === "confirm" ? (begun.get(name) ?? "") : account.secondFactor;
    if (sealed === "") throw new OperationFault("conflict", step === "confirm" ? "begin first" : "there is none");
    const after = operators.lastStep.get(name) ?? 0;
    const used = totpStep(operators.unseal(sealed), code, { now: context.now, after });
    if (used === undefined) throw new OperationFault("invalid", "code: it is wrong or was used before");
    const next = step === "confirm" ? sealed : "";
    context.change({ user: name, step }, [
      { collection: usersCollection, id: name, body: { ...account, secondFactor: next } },
    ]);
    operators.lastStep.set(name, used);
    begun.delete(name);
    return { enabled: next !== "", otpauth: null };
  },
};
