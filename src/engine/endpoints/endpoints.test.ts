import fc from "fast-check";
import { expect, test } from "vitest";
import { endpointClasses, guessEndpointClass } from "./endpoint-class.ts";
import { EndpointTable } from "./endpoint-table.ts";
import { TemplateTree } from "./template-tree.ts";

const limits = { endpointsMax: 64, childrenMax: 5, segmentsMax: 8 };

function templateOf(tree: TemplateTree, path: string): string {
  return tree.templates[tree.match(path)]?.text ?? "";
}

test("numbers, uuids, hashes and codes are variables at once; words and versions are not", () => {
  const tree = new TemplateTree(limits);
  const table: readonly (readonly [string, string])[] = [
    ["/orders/31", "/orders/{x}"],
    ["/orders/7f3d2a10-1c4b-4f6e-9a7d-0b1c2d3e4f50", "/orders/{x}"],
    ["/files/9f86d081884c7d65/raw", "/files/{x}/raw"],
    ["/item/SKU-10382", "/item/{x}"],
    ["/api/v2/orders", "/api/v2/orders"],
    ["/about/team/", "/about/team"],
    ["/", "/"],
  ];
  for (const [path, template] of table) expect(templateOf(tree, path)).toBe(template);
});

test("a place with more words than the cap becomes a variable; files keep their ending", () => {
  const tree = new TemplateTree(limits);
  for (const word of ["red", "green", "blue", "white", "black"])
    expect(templateOf(tree, `/shirts/${word}`)).toBe(`/shirts/${word}`);
  expect(templateOf(tree, "/shirts/violet")).toBe("/shirts/{x}");
  expect(templateOf(tree, "/shirts/red")).toBe("/shirts/{x}");
  expect(templateOf(tree, "/shirts/tag.png")).toBe("/shirts/{x}.png");
});

test("a path that was matched leads to the same endpoint again, and nothing is learned by it (property)", () => {
  const segment = fc.constantFrom(
    "",
    "a",
    "b",
    "v2",
    "17",
    "4f2a9c1e07",
    "SKU-1038",
    "x.png",
    "17.png",
    "{x}",
    "{x}.png",
  );
  const path = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join("/")}`);
  fc.assert(
    fc.property(fc.array(fc.oneof(path, fc.constantFrom("*", "", "a/b")), { maxLength: 60 }), (paths) => {
      const tree = new TemplateTree({ endpointsMax: 40, childrenMax: 4, segmentsMax: 4 });
      for (const one of paths) {
        const first = tree.match(one);
        const learned = JSON.stringify([tree.templates, tree.collapsed()]);
        expect(tree.match(one)).toBe(first);
        expect(tree.match(`${one}/`)).toBe(first);
        expect(JSON.stringify([tree.templates, tree.collapsed()])).toBe(learned);
      }
    }),
  );
});

test("templates are bounded whatever paths come (property)", () => {
  const tree = new TemplateTree(limits);
  fc.assert(
    fc.property(fc.webPath(), fc.string(), (path, more) => {
      const endpoint = tree.match(`/${path}${more}`);
      expect(endpoint).toBeGreaterThanOrEqual(0);
      expect(endpoint).toBeLessThan(limits.endpointsMax);
    }),
    { numRuns: 500 },
  );
  expect(tree.templates.length).toBeLessThanOrEqual(limits.endpointsMax);
});

test("paths say what they are for, in several languages", () => {
  const table: Readonly<Record<string, string>> = {
    "/": "page",
    "/login": "login",
    "/de/anmelden": "login",
    "/iniciar-sesion": "login",
    "/konto/registrieren": "signup",
    "/warenkorb": "checkout",
    "/recherche": "search",
    "/static/app.css": "asset",
    "/image/31/200x200": "asset",
    "/robots.txt": "robots",
    "/sitemap_index.xml": "robots",
    "/.well-known/change-password": "well-known",
    "/blog/feed.xml": "feed",
    "/favicon.ico": "favicon",
    "/api/orders": "api",
    "/mobile/v1/login": "login",
    "/api/v2/auth/token": "login",
    "/api/v1/cart": "checkout",
    "/product/31": "unknown",
  };
  for (const [path, purpose] of Object.entries(table)) {
    expect(guessEndpointClass(path.split("/").filter((part) => part !== "")), path).toBe(purpose);
  }
});

test("what is observed corrects the guess: content types, and who is named as a referer", () => {
  const table = new EndpointTable(
    { endpointsMax: 64, endpointChildrenMax: 30, pathSegmentsMax: 8, pathCacheMax: 64, pathCharsMax: 256 },
    1,
  );
  const known = (path: string): string | undefined => endpointClasses[table.classOf(table.match(path))];
  table.learnContent(table.match("/orders/31"), "application/json");
  expect(known("/orders/32")).toBe("api");
  const ping = table.match("/settings/logo");
  for (let i = 0; i < 40; i++) table.learnRequest(ping, true);
  expect(known("/settings/logo")).toBe("asset");
  const story = table.match("/stories");
  for (let i = 0; i < 40; i++) {
    table.learnRequest(story, i % 2 === 0);
    table.learnNamed(story);
  }
  expect(known("/stories")).toBe("page");
});
