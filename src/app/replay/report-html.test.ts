import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { escapeHtml, html } from "./page/html.ts";
import { hostileStrings } from "./testdata/hostile-strings.ts";
import { runGait } from "./testdata/run-gait.ts";
import { sampleLog } from "./testdata/sample-log.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-page-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The page of a log, as written by the command. */
async function pageOf(text: string, name = "access.log"): Promise<string> {
  const log = join(folder, name);
  const page = join(folder, `${name}.html`);
  writeFileSync(log, text);
  const { code } = await runGait(["replay", "--html", page, log]);
  expect(code).toBe(0);
  return readFileSync(page, "utf8");
}

/** Every tag of a page, without its attributes' values. */
function tagsOf(page: string): string[] {
  return [...page.matchAll(/<(\/?[a-z!][a-z0-9]*)/gi)].map((match) => (match[1] ?? "").toLowerCase());
}

const allowed = new Set(
  "!doctype html head meta title style body main header footer section div span p b h1 h2 h3 ul ol li details summary table caption thead tbody tr th td code svg g path rect circle line text".split(
    " ",
  ),
);

test("the page tells what happened and loads nothing", async () => {
  const page = await pageOf(sampleLog());
  for (const words of [
    "Who asked",
    "Traffic over time",
    "Automated, undeclared",
    "SEO crawlers",
    "AhrefsBot 30",
    "What enforcement would have done",
    "Networks",
    "Not read",
    "203.0.113.9",
  ])
    expect(page).toContain(words);
  expect(page).toContain("default-src 'none'");
  expect(tagsOf(page).filter((tag) => !allowed.has(tag.replace("/", "")))).toEqual([]);
  expect(page).not.toMatch(/\s(?:src|href|style|on\w+|srcset|action)\s*=/i);
  expect(page).not.toMatch(/url\(|@import/i);
});

test("a hundred hostile strings in every place of a log stay text", async () => {
  expect(hostileStrings).toHaveLength(100);
  const lines = hostileStrings.flatMap((hostile, i) => {
    const quoted = hostile
      .replaceAll("\\", "\\\\")
      .replaceAll('"', '\\"')
      .replaceAll("\n", "\\n")
      .replaceAll("\0", "\\x00");
    const second = String(i % 60).padStart(2, "0");
    return [
      `203.0.113.${i} - - [05/Jan/2026:09:${String(i % 60).padStart(2, "0")}:${second} +0000] "GET /${quoted.replaceAll(" ", "%20")} HTTP/1.1" 404 5 "https://x.example/${quoted}" "${quoted}"`,
      `${hostile.replaceAll("\n", " ")} not a line`,
    ];
  });
  // Every hostile user agent scrapes, so that all of them reach the page.
  const scrapers = hostileStrings.flatMap((hostile, i) => {
    const quoted = hostile
      .replaceAll("\\", "\\\\")
      .replaceAll('"', '\\"')
      .replaceAll("\n", "\\n")
      .replaceAll("\0", "\\x00");
    return Array.from(
      { length: 12 },
      (_, step) =>
        `198.51.100.${i} - - [05/Jan/2026:10:${String(step * 4).padStart(2, "0")}:00 +0000] "GET /product/${step + 1} HTTP/1.1" 404 5 "-" "${quoted}"`,
    );
  });
  const page = await pageOf(
    `${sampleLog()}${[...lines, ...scrapers].join("\n")}\n`,
    "<img src=x onerror=alert(1)>.log",
  );
  expect(tagsOf(page).filter((tag) => !allowed.has(tag.replace("/", "")))).toEqual([]);
  const withoutText = page
    .replace(/<style>[\s\S]*?<\/style>/, "")
    .replace(/>[^<]*/g, ">")
    .replace(/"[^"]*"/g, '""');
  expect(withoutText).not.toMatch(/[<\s](?:script|img|iframe|on\w+)\b/i);
  const text = await runGait(["replay", join(folder, "<img src=x onerror=alert(1)>.log")]);
  expect(text.stdout).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
});

test("an empty answer is a page as well", async () => {
  const page = await pageOf(
    '192.0.2.1 - - [05/Jan/2026:09:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"\n',
    "one.log",
  );
  expect(page).toContain("No undeclared automation in 1 request");
});

test("a page that cannot be written ends with a sentence", async () => {
  const log = join(folder, "access.log");
  const { code, stderr } = await runGait(["replay", "--html", join(folder, "no", "where.html"), log]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/cannot write the report to .*\[report-file\]/);
});

test("templates escape every value and nest only markup", () => {
  expect(html`<p>${'<b a="1">&\'`'}${html`<i>${"x"}</i>`}</p>`.text).toBe(
    "<p>&lt;b a=&quot;1&quot;&gt;&amp;&#39;&#96;<i>x</i></p>",
  );
  expect(escapeHtml("a\u202eb\0")).toBe("a\\u202eb\\u0000");
});
