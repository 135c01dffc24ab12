import { exitCodes, GaitError } from "#core";
import type { Explanation } from "../../explain/explanation.ts";
import { type AdminTarget, askGateway, errorIn, withAdminTarget } from "../admin-client.ts";
import type { Verb } from "../command.ts";

/** `gait explain REFERENCE`: why a request was judged as it was. */
export const explain: Verb = (program, { stdout, env }) => {
  withAdminTarget(program.command("explain"))
    .description("why a request was judged as it was; the reference is the X-Request-Id of its answer")
    .argument("<reference>", "reference of the request")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait explain 6e1f0a52-3\n")
    .action(async (reference: string, options: AdminTarget & { json?: boolean }) => {
      const path = `/explain/${encodeURIComponent(reference)}`;
      const answer = await askGateway(options, { method: "GET", path }, env);
      if (answer.status !== 200) {
        throw new GaitError("reference-unknown", `${JSON.stringify(reference)}: ${errorIn(answer)}`, {
          exitCode: exitCodes.notFound,
        });
      }
      stdout.write(options.json === true ? `${JSON.stringify(answer.body)}\n` : render(answer.body as Explanation));
    });
};

function render(found: Explanation): string {
  const { request, score } = found;
  const done = found.enforced === found.action ? found.action : `${found.enforced} (would be ${found.action})`;
  const lines = [
    found.summary,
    "",
    `request   ${printable(`${request.method} ${request.path}`)} from ${request.ip} at ${found.at}, answered ${found.status}`,
    `agent     ${printable(request.userAgent) || "none"}`,
    `verdict   ${found.kind}, score ${score.total} of 100 (behaviour ${score.behaviour}, presentation ${score.presentation}; higher is worse)`,
    `action    ${done}, basis ${found.basis}${found.rule === null ? "" : `, ${printable(found.rule)}`}`,
    `certified ${found.certifiedFpr === null ? "no false-positive bound earned yet" : `false positives at most ${found.certifiedFpr} of ${found.certifiedOver ?? "anchored people"}`}`,
    ...honestLines(found),
    ...ruleLines(found),
    "",
    `evidence, in nats (prior ${found.priorNats}):`,
    ...found.evidence.map(({ nats, says, detector }) => `  ${signed(nats)}  ${printable(says)} [${detector}]`),
    ...found.capped.map((text) => `  capped: ${text}`),
    ...found.counterfactuals.map((text) => `it ${text}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** Whom else it would hit; older gateways do not tell it. */
function honestLines({ honest = [] }: Partial<Explanation>): readonly string[] {
  return honest.map(({ by, alike, of }) => {
    const what = by === "behaviour" ? "behave like this" : "show as much against them";
    return `honest    ${alike} of ${of} honest sessions ${what}`;
  });
}

/** The specific rule, as it stands; older gateways do not tell it. */
function ruleLines({ ruleSays, policyVersion }: Explanation): readonly string[] {
  if (ruleSays === null || ruleSays === undefined) return [];
  const { name, pack, packVersion, why, when, does, step } = ruleSays;
  const from = packVersion === 0 ? pack : `${pack} ${packVersion}`;
  return [
    `rule      ${name} (${printable(from)}, ${step}), policy version ${policyVersion}: ${does}`,
    `because   ${printable(why)}`,
    `when      ${printable(when)}`,
  ];
}

function signed(nats: number): string {
  return `${nats < 0 ? "−" : "+"}${Math.abs(nats).toFixed(2)}`.padStart(6);
}

/** A client chose this text; it must not drive the terminal. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, "·");
}
