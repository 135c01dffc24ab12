import { isIP } from "node:net";
import { z } from "zod";
import { isPublicAddress } from "#integrations";
import { fileText, nameText } from "./scalars.ts";

/** Who is called when a rule that names it acts. */
export interface WebhookConfig {
  readonly name: string;
  readonly url: string;
  readonly secretFile: string;
  readonly inside: readonly string[];
}

/** Metadata services of clouds hand out credentials to whoever asks from inside (server-side request forgery). */
function isInside(address: string): boolean {
  return (
    isIP(address) !== 0 &&
    !isPublicAddress(address) &&
    !/^(169\.254\.|fe80:|fd00:ec2:|168\.63\.129\.16$)/i.test(address)
  );
}

/** `policy.webhooks`. */
export const webhooksSection: z.ZodDefault<z.ZodType<readonly WebhookConfig[]>> = z
  .array(
    z.strictObject({
      name: nameText.meta({
        description: "Name by which rules call it: `then: { log: { webhook: NAME } }`.",
        examples: ["account-reset"],
      }),
      url: z
        .url({ protocol: /^https?$/ })
        .max(2_048)
        .meta({ description: "https URL on port 443, or one of an address in `inside`." }),
      secretFile: fileText.meta({
        description: "File (mode 0600) with the secret that signs each call (`X-Gait-Signature`, HMAC-SHA-256).",
      }),
      inside: z
        .array(z.string().max(45).refine(isInside, { error: "is no private or loopback address" }))
        .max(16)
        .default([])
        .meta({
          description:
            "Private addresses that this URL may lead to, there on any port and without TLS. None by default; link-local ones never.",
          examples: [["10.0.0.7"]],
        }),
    }),
  )
  .max(16)
  .default([])
  .meta({
    description: "Who is called, beside the requests, when a rule that names it acts (account reset and the like).",
  });
