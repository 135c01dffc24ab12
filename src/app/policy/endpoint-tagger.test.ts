import { expect, test } from "vitest";
import type { Config } from "../config/config.ts";
import { endpointTagger } from "./endpoint-tagger.ts";

const config: Pick<Config, "applications" | "routes"> = {
  applications: [{ name: "id", hosts: [], paths: [], upstream: "http://127.0.0.1:1", tags: ["login"] }],
  routes: [
    { paths: ["/los"], methods: [], tags: ["bid"] },
    { paths: ["/cart"], methods: [], tags: [] },
    { paths: ["/search"], methods: [], failMode: "open" },
  ],
};
const tagsOf = endpointTagger(config);

test("a route's tags replace the guess, an application's are added to both", () => {
  expect(tagsOf("shop", "/checkout")).toEqual(["checkout"]);
  expect(tagsOf("shop", "/los/{x}")).toEqual(["bid"]);
  expect(tagsOf("shop", "/lost")).toEqual([]);
  expect(tagsOf("shop", "/cart")).toEqual([]);
  expect(tagsOf("shop", "/search")).toEqual(["search"]);
  expect(tagsOf("id", "/anything")).toEqual(["login"]);
  expect(tagsOf("id", "/los")).toEqual(["bid", "login"]);
});

test("a path says what it is for by whole words, also joined ones", () => {
  expect(tagsOf("shop", "/password/reset")).toContain("password-reset");
  expect(tagsOf("shop", "/sign-up")).toEqual(["signup"]);
  expect(tagsOf("shop", "/accounting-news")).toEqual([]);
});
