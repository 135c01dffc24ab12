import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

/**
 * What an editor shows a person who writes gait.yaml: the real yaml-language-server, the published schema, its
 * diagnostics. It is spoken to in the Language Server Protocol over pipes, as every editor does.
 */
interface Diagnostic {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

const schema = pathToFileURL(resolve("schemas/gait.schema.json")).href;
const testdata = "src/app/config/testdata";

class LanguageServer {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<string, (diagnostics: readonly Diagnostic[]) => void>();
  #pending = Buffer.alloc(0);
  #requests = 0;

  constructor() {
    const manifest = createRequire(resolve("tools/frameworks/package.json")).resolve(
      "yaml-language-server/package.json",
    );
    this.#process = spawn(process.execPath, [join(dirname(manifest), "bin/yaml-language-server"), "--stdio"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#process.stdout?.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  start(): void {
    this.#send("initialize", { processId: process.pid, rootUri: null, capabilities: {} }, true);
    this.#send("initialized", {});
  }

  stop(): void {
    this.#process.kill();
  }

  /** Opens a document, as an editor does, and gives what would be underlined. */
  diagnose(name: string, text: string): Promise<readonly Diagnostic[]> {
    const uri = `file:///${name}`;
    const shown = new Promise<readonly Diagnostic[]>((done) => this.#waiting.set(uri, done));
    this.#send("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
    return shown;
  }

  #send(method: string, params: unknown, wantsAnswer = false): void {
    const id = wantsAnswer ? { id: ++this.#requests } : {};
    this.#write({ jsonrpc: "2.0", ...id, method, params });
  }

  #write(message: object): void {
    const body = JSON.stringify(message);
    this.#process.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #read(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const head = this.#pending.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#pending.toString("latin1", 0, head))?.[1]);
      if (this.#pending.length < head + 4 + length) return;
      this.#heard(JSON.parse(this.#pending.toString("utf8", head + 4, head + 4 + length)));
      this.#pending = this.#pending.subarray(head + 4 + length);
    }
  }

  #heard(message: { id?: number; method?: string; params?: { uri?: string; diagnostics?: Diagnostic[]; items?: [] } }) {
    const { id, method, params } = message;
    if (method === "textDocument/publishDiagnostics") {
      this.#waiting.get(params?.uri ?? "")?.(params?.diagnostics ?? []);
    } else if (method === "workspace/configuration" && id !== undefined) {
      this.#write({ jsonrpc: "2.0", id, result: (params?.items ?? []).map(() => null) });
    } else if (method !== undefined && id !== undefined) {
      this.#write({ jsonrpc: "2.0", id, result: null });
    }
  }
}

let server: LanguageServer;
beforeAll(() => {
  server = new LanguageServer();
  server.start();
});
afterAll(() => server.stop());

/** The file as its user has it, but with the schema of this tree instead of the published address. */
function withLocalSchema(file: string): string {
  const text = readFileSync(file, "utf8").replace(/^# yaml-language-server:.*\n/, "");
  return `# yaml-language-server: $schema=${schema}\n${text}`;
}

test("an editor underlines nothing in a good file", async () => {
  for (const name of readdirSync(`${testdata}/good`)) {
    const found = await server.diagnose(name, withLocalSchema(`${testdata}/good/${name}`));
    expect(found, `${name}: ${JSON.stringify(found)}`).toEqual([]);
  }
});

test("an editor underlines a misspelt key and a wrong type, on their lines", async () => {
  const bad = readdirSync(`${testdata}/bad`).filter((name) => /^(unknown-key|text-as|list-as|object-as)/.test(name));
  expect(bad.length).toBeGreaterThanOrEqual(8);
  const silent: string[] = [];
  for (const name of bad) {
    const found = await server.diagnose(name, withLocalSchema(`${testdata}/bad/${name}`));
    if (found.length === 0) silent.push(name);
  }
  expect(silent).toEqual([]);
  const typo = await server.diagnose(
    "typo.yaml",
    `# yaml-language-server: $schema=${schema}\nmode: observe\nlisten_: x\n`,
  );
  expect(typo.map(({ message, range }) => `${range.start.line}: ${message}`).join()).toMatch(/^2: .*listen_/);
});
