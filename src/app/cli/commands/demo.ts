import { InvalidArgumentError } from "commander";
import type { DemoResult } from "../../demo/run-demo.ts";
import type { Verb } from "../command.ts";

interface DemoCommandOptions {
  readonly for?: number;
  readonly mode: string;
  readonly seed: number;
  readonly json?: boolean;
}

/** `gait demo`: a shop, the gateway, people and bots, on this machine alone. */
export const demo: Verb = (program, { stdout, stderr, signal }) => {
  program
    .command("demo")
    .description("show it: a small shop, the gateway in front, people and bots; nothing leaves this machine")
    .option("--for <seconds>", "end by itself after this long", seconds)
    .option("--mode <mode>", "observe or enforce", mode, "observe")
    .option("--seed <number>", "chance of people and bots", seconds, 7)
    .option("--json", "print who was taken for what as one JSON document at the end")
    .addHelpText("after", "\nExample:\n  gait demo --for 60\n")
    .action(async (options: DemoCommandOptions) => {
      const { runDemo } = await import("../../demo/run-demo.ts");
      const out = options.json === true ? stderr : stdout;
      const signals = options.for === undefined ? [signal] : [signal, AbortSignal.timeout(options.for * 1_000)];
      const result = await runDemo({
        mode: options.mode === "enforce" ? "enforce" : "observe",
        signal: AbortSignal.any(signals),
        seed: options.seed,
        say: (line) => out.write(`${line}\n`),
      });
      stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : render(result));
    });
};

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 86_400) {
    throw new InvalidArgumentError("expected a whole number from 1 to 86400.");
  }
  return value;
}

function mode(text: string): string {
  if (text !== "observe" && text !== "enforce") throw new InvalidArgumentError("expected observe or enforce.");
  return text;
}

function render({ seconds: lasted, requests, people, bots }: DemoResult): string {
  const counts = (taken: Readonly<Record<string, number>>): string =>
    Object.entries(taken)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(", ") || "not seen";
  const lines = [
    "",
    `${requests} requests in ${lasted} s. The demo knows who was who; the gateway did not:`,
    `  people: ${people.seen} came, taken for ${counts(people.taken)}`,
    ...bots.map(
      ({ name, addresses, taken }) =>
        `  ${name}: ${addresses} ${addresses === 1 ? "address" : "addresses"}, taken for ${counts(taken)}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
