import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = "src/engine/detectors";

/** Where the page of all detectors lies. */
export const detectorsPage = "docs/detectors.md";

const head = `# Detectors

Written from the comments of the code by \`npm run docs\`; do not edit. Each detector looks at one client, remembers
nothing, and says how much its finding speaks for automation, in nats (natural log-odds; a negative number speaks for a
person). Signals of one group share a benign cause: they are summed and capped together. How they add up to a verdict is
told in [how-gait-judges.md](how-gait-judges.md).
`;

interface DetectorDoc {
  readonly name: string;
  readonly axis: string;
  readonly group: string;
  readonly personaProof: boolean;
  readonly text: string;
}

/** Renders docs/detectors.md from the detectors' doc comments, by name. */
export function renderDetectorsPage(): string {
  const docs = readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .flatMap((name) => readDetector(readFileSync(join(folder, name), "utf8")))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${head}\n${docs.map(section).join("\n")}`;
}

/** The doc comment in front of a detector and the fields that say where it belongs. */
function readDetector(source: string): DetectorDoc[] {
  const found =
    /\/\*\*\n((?: \*[^\n]*\n)+?) \*\/\nexport const \w+: (?:Orchestration|Conduct)?Detector = \{\n([\s\S]*?)\n {2}inspect/.exec(
      source,
    );
  if (found === null) return [];
  const field = (name: string): string => new RegExp(`^ {2}${name}: "([^"]+)"`, "m").exec(found[2] ?? "")?.[1] ?? "";
  const text = (found[1] ?? "").replace(/^ \* ?/gm, "").trim();
  return [
    {
      name: field("name"),
      axis: field("axis"),
      group: field("group"),
      personaProof: /personaProof: true/.test(found[2] ?? ""),
      text,
    },
  ];
}

function section({ name, axis, group, personaProof, text }: DetectorDoc): string {
  const proof = personaProof ? " No persona explains it." : "";
  return `## ${name}\n\nAxis \`${axis}\`, group \`${group}\`.${proof}\n\n${text}\n`;
}
