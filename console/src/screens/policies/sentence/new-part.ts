import type { Part } from "./condition-tree.ts";

/** Parts on offer, in the order in which they are needed most. */
export const partKinds = ["member", "compare", "count", "test", "pattern", "listed", "known", "flag", "text"] as const;

/** A part to begin with; every place holds something that can be changed. */
export function newPart(kind: (typeof partKinds)[number]): Part {
  switch (kind) {
    case "member":
      return { kind: "member", value: "", list: "signals" };
    case "compare":
      return { kind: "compare", left: { kind: "variable", name: "session.requests" }, comparison: ">=", right: 10 };
    case "count":
      return {
        kind: "compare",
        left: { kind: "call", name: "count", words: ["request", "address", "10m"] },
        comparison: ">",
        right: 100,
      };
    case "test":
      return { kind: "test", variable: "request.path", test: "startsWith", value: "/" };
    case "pattern":
      return { kind: "pattern", variable: "request.path", pattern: "" };
    case "listed":
      return { kind: "listed", list: "", variable: "client.ip" };
    case "known":
      return { kind: "known", variable: "client.country" };
    case "flag":
      return { kind: "flag", variable: "session.authenticated" };
    case "text":
      return { kind: "text", text: "true" };
  }
}
