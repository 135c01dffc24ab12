import { z } from "zod";
import { suggest } from "#core";
import { fileOfPack, packForApplication } from "../../policy/pack-for-application.ts";
import { applicationDefault } from "../../serve/gateway-options.ts";
import type { Service } from "../../serve/service.ts";
import { type Operation, OperationFault } from "../operation.ts";
import { type BacktestPolicyOutput, backtestPolicy } from "./backtest-policy.ts";
import { policyFault } from "./policy-fault.ts";

/** Which pack, where, and how far. */
export interface ApplyPackInput {
  readonly pack: string;
  readonly application?: string | undefined;
  readonly mode: "watch" | "canary" | "enforce";
  readonly why?: string | undefined;
  readonly confirm?: string | undefined;
}

/** What it would have done to the stored requests, and the version that it made. */
export interface ApplyPackOutput {
  readonly version: number;
  readonly rules: number;
  readonly mode: "watch" | "canary" | "enforce";
  /** The command that takes it back. */
  readonly undo: string;
  readonly tried: BacktestPolicyOutput;
}

/** `policies.apply-pack`: a pack takes effect at once, for one application or all. */
export const applyPack: Operation<ApplyPackInput, ApplyPackOutput> = {
  name: "policies.apply-pack",
  summary:
    "Put a pack that comes with Gait in force for an application, after trying it on the stored requests. Watches unless told to act.",
  effect: "write",
  permission: "operate",
  argument: "pack",
  example: { pack: "bad-infrastructure" },
  input: z.strictObject({
    pack: z.string().min(1).max(100).meta({ description: "Name of the pack." }),
    application: z.string().max(100).optional().meta({ description: "One application only. Default: all." }),
    mode: z.enum(["watch", "canary", "enforce"]).default("watch").meta({ description: "How far its rules may go." }),
    why: z.string().max(500).optional().meta({ description: "Stands in the history." }),
    confirm: z
      .string()
      .max(100)
      .optional()
      .meta({ description: "The pack's name once more: although over its limit." }),
  }),
  output: z.strictObject({
    version: z.number(),
    rules: z.number(),
    mode: z.enum(["watch", "canary", "enforce"]),
    undo: z.string(),
    tried: backtestPolicy.output,
  }),
  async handle(context, { pack, application, mode, why, confirm }) {
    const { service, caller } = context;
    checkApplication(service, application);
    try {
      const file = packForApplication(pack, { application, mode });
      const tried = await backtestPolicy.handle(context, { text: file.text });
      const undo = `gait policy withdraw ${pack}${application === undefined ? "" : ` --application ${application}`}`;
      const rules = tried.rules.length;
      const force = confirm === pack ? ({ force: "yes" } as const) : {};
      const said = why ?? `pack ${pack}${application === undefined ? "" : ` for ${application}`}, ${mode}`;
      const { number } = await service.policyRoom.desk.apply(file, { who: caller.name, why: said, ...force });
      return { version: number, rules, mode, undo, tried };
    } catch (error) {
      throw policyFault(error);
    }
  },
};

/** `policies.try-pack`: what a pack would have done to the stored requests. */
export const tryPack: Operation<Pick<ApplyPackInput, "pack" | "application">, BacktestPolicyOutput> = {
  name: "policies.try-pack",
  summary: "What a pack that comes with Gait would have done to the stored requests of an application, or of all.",
  effect: "read",
  permission: "analyse",
  argument: "pack",
  example: { pack: "bad-infrastructure" },
  input: z.strictObject({
    pack: z.string().min(1).max(100).meta({ description: "Name of the pack." }),
    application: z.string().max(100).optional().meta({ description: "One application only. Default: all." }),
  }),
  output: backtestPolicy.output,
  async handle(context, { pack, application }) {
    checkApplication(context.service, application);
    try {
      const { text } = packForApplication(pack, { application, mode: "watch" });
      return await backtestPolicy.handle(context, { text });
    } catch (error) {
      throw policyFault(error);
    }
  },
};

/** Which pack or file, and where. */
export interface WithdrawPolicyInput {
  readonly pack: string;
  readonly application?: string | undefined;
  readonly why?: string | undefined;
}

/** `policies.withdraw`: what was applied is gone, as a new version. */
export const withdrawPolicy: Operation<WithdrawPolicyInput, { readonly version: number }> = {
  name: "policies.withdraw",
  summary: "Take back a pack or a file that was applied; other rules stay as they are.",
  effect: "write",
  permission: "operate",
  argument: "pack",
  example: { pack: "bad-infrastructure" },
  input: z.strictObject({
    pack: z.string().min(1).max(200).meta({ description: "Name of the pack, or of the file as it was applied." }),
    application: z.string().max(100).optional().meta({ description: "The application it was applied to." }),
    why: z.string().max(500).optional().meta({ description: "Stands in the history." }),
  }),
  output: z.strictObject({ version: z.number() }),
  handle({ service, caller }, { pack, application, why }) {
    const file = /\.ya?ml$/.test(pack) ? `own/${pack}` : fileOfPack(pack, application);
    try {
      return { version: service.policyRoom.desk.withdraw(file, { who: caller.name, why }).number };
    } catch (error) {
      throw policyFault(error);
    }
  },
};

function checkApplication({ config }: Service, application: string | undefined): void {
  if (application === undefined) return;
  const known = config.applications.length === 0 ? [applicationDefault] : config.applications.map(({ name }) => name);
  if (known.includes(application)) return;
  const near = suggest(application, known);
  const hint = near === undefined ? `; there are ${known.join(", ")}` : `; did you mean "${near}"?`;
  throw new OperationFault("not-found", `there is no application "${application}"${hint}`);
}
