import { execFile } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openOrigin, openRig, type Rig } from "../testdata/gateway-rig.ts";

let rig: Rig;
let closeOrigin: () => void;

beforeAll(async () => {
  const origin = await openOrigin((request, response) => {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () =>
      response.end(`${request.method} ${request.url} ${bytes} ${request.headers["user-agent"]?.split("/")[0]}`),
    );
  });
  closeOrigin = () => origin.close();
  rig = await openRig(origin.port);
});

afterAll(async () => {
  await rig.close();
  closeOrigin();
});

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command}: ${error.message} ${stderr}`));
    });
  });
}

test.each([
  ["HTTP/1.1", ["--http1.1"]],
  ["HTTP/1.0", ["--http1.0"]],
  ["HTTP/2 with prior knowledge", ["--http2-prior-knowledge"]],
])("curl speaks %s through the gateway: get, head, upload, form, keep-alive", async (_, flags) => {
  const url = `http://127.0.0.1:${rig.port}`;
  expect(await run("curl", ["-sS", ...flags, `${url}/a?b=c`])).toBe("GET /a?b=c 0 curl");
  expect(await run("curl", ["-sSI", ...flags, `${url}/a`])).toMatch(/^HTTP\/[0-9.]+ 200/);
  expect(await run("curl", ["-sS", ...flags, "-T", "/bin/ls", `${url}/up`])).toMatch(/^PUT \/up \d{4,} curl$/);
  expect(await run("curl", ["-sS", ...flags, "-F", "file=@/bin/ls", `${url}/form`])).toMatch(
    /^POST \/form \d{4,} curl$/,
  );
  expect(await run("curl", ["-sS", ...flags, "-H", "Expect: 100-continue", "-d", "abc", `${url}/e`])).toBe(
    "POST /e 3 curl",
  );
  // curl 7.88 cannot ask twice on one connection with prior knowledge, of a bare node:http2 server neither.
  if (flags[0] === "--http2-prior-knowledge") return;
  expect(await run("curl", ["-sS", ...flags, `${url}/1`, `${url}/2`])).toBe("GET /1 0 curlGET /2 0 curl");
});

test("Python's http.client and urllib pass, chunked uploads too", async () => {
  const script = `
import http.client, urllib.request
c = http.client.HTTPConnection("127.0.0.1", ${rig.port})
for i in range(3):
    c.request("POST", "/p%d" % i, body=iter([b"ab", b"cd"]), headers={"Transfer-Encoding": "chunked"}, encode_chunked=True)
    print(c.getresponse().read().decode())
print(urllib.request.urlopen("http://127.0.0.1:${rig.port}/u").read().decode())
`;
  expect((await run("python3", ["-c", script])).trim().split("\n")).toEqual([
    "POST /p0 4 undefined",
    "POST /p1 4 undefined",
    "POST /p2 4 undefined",
    "GET /u 0 Python-urllib",
  ]);
});

test("wrk finds no error", async () => {
  const text = await run("wrk", ["-t1", "-c16", "-d2s", `http://127.0.0.1:${rig.port}/w`]);
  expect(text).not.toMatch(/Socket errors|Non-2xx/);
  expect(Number(/(\d+) requests in/.exec(text)?.[1])).toBeGreaterThan(200);
});
