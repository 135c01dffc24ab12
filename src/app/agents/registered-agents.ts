import { createPublicKey } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exitCodes, GaitError } from "#core";
import { agentKeyFrom } from "#intel";
import type { RegisteredAgent } from "./agent-verifier.ts";

interface StoredAgent {
  readonly name: string;
  readonly operator: string;
  readonly jwk: Readonly<Record<string, unknown>>;
}

const fileName = "agents.json";
const agentsMax = 1_000;

/** The operator's own agents, from the state directory. A missing file is an empty list. @throws GaitError `agents-file`. */
export function readRegisteredAgents(directory: string): readonly RegisteredAgent[] {
  return readStored(directory).map(({ name, operator, jwk }) => {
    const key = agentKeyFrom(jwk);
    if (key === undefined)
      throw new GaitError(
        "agents-file",
        `${join(directory, fileName)}: the key of ${JSON.stringify(name)} is none of Ed25519, P-256, RSA 2048-4096`,
      );
    return { name, operator, key };
  });
}

/**
 * Registers an agent by its public key, given as JWK, JWK set with one key, or PEM. An agent of that name is replaced.
 * @returns The key's thumbprint, which the agent must send as `keyid`. @throws GaitError `agents-key`, `agents-file`.
 */
export function registerAgent(
  directory: string,
  agent: { readonly name: string; readonly operator: string; readonly keyText: string },
): string {
  const jwk = publicJwk(agent.keyText);
  const key = agentKeyFrom(jwk);
  if (key === undefined) {
    throw new GaitError(
      "agents-key",
      `expected an Ed25519, P-256 or RSA (2048-4096 bit) public key as JWK or PEM, found ${agent.keyText.length} characters of something else`,
      { exitCode: exitCodes.usage },
    );
  }
  const others = readStored(directory).filter(({ name }) => name !== agent.name);
  if (others.length >= agentsMax)
    throw new GaitError("agents-file", `${agentsMax} agents are registered; no more are kept`);
  const file = join(directory, fileName);
  const agents = [...others, { name: agent.name, operator: agent.operator, jwk }];
  try {
    writeFileSync(`${file}.tmp`, `${JSON.stringify({ version: 1, agents }, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(`${file}.tmp`, file);
  } catch (error) {
    throw new GaitError(
      "agents-file",
      `cannot write ${JSON.stringify(file)} (${(error as NodeJS.ErrnoException).code ?? "unknown"})`,
      { cause: error },
    );
  }
  return key.thumbprint;
}

function readStored(directory: string): readonly StoredAgent[] {
  const file = join(directory, fileName);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Nobody was registered yet.
    return [];
  }
  try {
    return (JSON.parse(text) as { readonly agents: readonly StoredAgent[] }).agents;
  } catch (error) {
    throw new GaitError("agents-file", `${JSON.stringify(file)} is not JSON: ${String(error)}`, { cause: error });
  }
}

/** Public members only, whatever was handed in: a private key must not end up in the state directory. */
function publicJwk(text: string): Readonly<Record<string, unknown>> {
  try {
    if (text.trimStart().startsWith("-----")) return { ...createPublicKey(text).export({ format: "jwk" }) };
    const parsed = JSON.parse(text) as { readonly keys?: readonly Record<string, unknown>[] } & Record<string, unknown>;
    const jwk = parsed.keys?.length === 1 ? parsed.keys[0] : parsed;
    const { kty, crv, x, y, e, n } = jwk ?? {};
    return Object.fromEntries(Object.entries({ kty, crv, x, y, e, n }).filter(([, value]) => value !== undefined));
  } catch {
    return {};
  }
}
