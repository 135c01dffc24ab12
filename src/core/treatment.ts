/** What the rule or policy that chose an action says about how to carry it out: `{ status: 404 }`, `{ to: "honeypot" }`. */
export type ActionOptions = Readonly<Record<string, string | number | boolean>>;
