import { z } from "zod";
import { fileText, methodText, nameText, pathText } from "./scalars.ts";

/** Who is told when something needs a person, and what spending is watched. */
export interface AlertsConfig {
  readonly destinations: readonly {
    readonly name: string;
    readonly type: "webhook" | "slack";
    readonly url: string;
    readonly secretFile?: string | undefined;
  }[];
  readonly email?: EmailConfig | undefined;
  readonly costs: readonly CostConfig[];
}

/** Mail through an SMTP server. */
export interface EmailConfig {
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls" | "none";
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
}

/** What requests of one place cost the application. */
export interface CostConfig {
  readonly name: string;
  readonly application?: string | undefined;
  readonly method?: string | undefined;
  /** This path and everything below it. */
  readonly path: string;
  readonly per: "request" | "kilobyte" | "second";
  readonly price: number;
  readonly factor: number;
  /** Spending per hour below which nobody is told. */
  readonly minimum: number;
}

const address = z.email().max(254);

const email: z.ZodType<EmailConfig> = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(253)
    .meta({ description: "SMTP server.", examples: ["smtp.example.org"] }),
  port: z.int().min(1).max(65_535).default(587).meta({ description: "Its port." }),
  security: z.enum(["tls", "starttls", "none"]).default("starttls").meta({
    description: "`tls` from the first byte, `starttls` required, or `none` (a relay on this machine).",
  }),
  user: z.string().min(1).max(254).optional().meta({ description: "Name to sign in with." }),
  passwordFile: fileText.optional().meta({ description: "File (mode 0600) with the password." }),
  from: address.meta({ description: "Sender.", examples: ["gait@example.org"] }),
  to: z
    .array(address)
    .min(1)
    .max(16)
    .meta({ description: "Receivers.", examples: [["on-call@example.org"]] }),
});

const cost: z.ZodType<CostConfig> = z.strictObject({
  name: nameText.meta({ description: "Shown with alerts.", examples: ["sms"] }),
  application: nameText.optional().meta({ description: "One application only." }),
  method: methodText.optional().meta({ description: "One method only.", examples: ["POST"] }),
  path: pathText.meta({
    description: "This path and everything below it.",
    examples: ["/account/send-code"],
  }),
  per: z.enum(["request", "kilobyte", "second"]).default("request").meta({
    description: "What the price is for: an answered request, a kilobyte sent, a second of the origin's time.",
  }),
  price: z
    .number()
    .positive()
    .max(1e6)
    .meta({ description: "Price in any currency.", examples: [0.07] }),
  factor: z
    .number()
    .min(1)
    .max(1_000)
    .default(3)
    .meta({ description: "How many times its own dear hours (the 95th percentile of two weeks) are too much." }),
  minimum: z.number().min(0).max(1e9).default(1).meta({ description: "Spending per hour that is never too much." }),
});

/** Section `alerts`. */
export const alertsSection: z.ZodType<AlertsConfig> = z.strictObject({
  destinations: z
    .array(
      z.strictObject({
        name: nameText.meta({
          description: "Shown with alerts; `gait alerts test NAME` tries it.",
          examples: ["on-call"],
        }),
        type: z.enum(["webhook", "slack"]).default("webhook").meta({ description: "Form of the message." }),
        url: z
          .url({ protocol: /^https$/ })
          .max(2_048)
          .meta({ description: "https URL on port 443; private addresses are refused." }),
        secretFile: fileText.optional().meta({
          description: "File (mode 0600) with the secret that signs webhooks (`X-Gait-Signature`, HMAC-SHA-256).",
        }),
      }),
    )
    .max(16)
    .default([])
    .meta({ description: "Who is told about incidents, costs and records that cannot be written." }),
  email: email
    .optional()
    .meta({ description: "The same by mail. Needs the package `nodemailer` beside Gait (`npm install nodemailer`)." }),
  costs: z.array(cost).max(32).default([]).meta({
    description: "What requests cost you. Who spends far more in an hour than ever before is told about.",
  }),
});
