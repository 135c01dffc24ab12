/** How a dimension becomes one of a few tokens. */
export type DimensionForm =
  | { readonly kind: "category"; readonly names: readonly string[] }
  /** A hash folded into 11 classes: which of many things, without naming it. */
  | { readonly kind: "hashed" }
  /** A number cut at quantiles of what people show; `edges` serve until those are learned. `unit` is for people to read. */
  | { readonly kind: "quantity"; readonly unit: QuantityUnit; readonly edges: readonly number[] };

export type QuantityUnit = "ms" | "share" | "bytes" | "requests" | "plain";

/** One stable trait of behaviour. None is presentation: no user agent, header value or order, address, TLS. */
export interface Dimension {
  readonly name: string;
  readonly family: "orchestration" | "flow" | "rhythm" | "payload" | "goal";
  readonly form: DimensionForm;
  /** Expected share of a client's sessions that show the same token, until measured. Assumed. */
  readonly stability: number;
}

const category = (...names: string[]): DimensionForm => ({ kind: "category", names });
const quantity = (unit: QuantityUnit, ...edges: number[]): DimensionForm => ({ kind: "quantity", unit, edges });
const hashed: DimensionForm = { kind: "hashed" };
const yesNo: DimensionForm = category("no", "yes");
const share: DimensionForm = quantity("share", 0.01, 0.34, 0.67, 0.99);

const dimension = (
  name: string,
  family: Dimension["family"],
  { form, stability }: { readonly form: DimensionForm; readonly stability: number },
): Dimension => ({ name, family, form, stability });

/** The dimensions in the order of a fingerprint's tokens. 42 of them; most are unknown in a one-request session. */
export const dimensions: readonly Dimension[] = [
  dimension("cookie return", "orchestration", {
    form: category("none issued", "all", "some", "none"),
    stability: 0.95,
  }),
  dimension("cookie never issued", "orchestration", { form: yesNo, stability: 0.97 }),
  dimension("stale cookie", "orchestration", { form: yesNo, stability: 0.95 }),
  dimension("cookie out of scope", "orchestration", { form: yesNo, stability: 0.97 }),
  dimension("cookie order", "orchestration", {
    form: category("browser", "libcurl", "python", "go", "alphabetical", "other"),
    stability: 0.96,
  }),
  dimension("jar age", "orchestration", { form: category("none", "minutes", "days", "weeks"), stability: 0.8 }),
  dimension("script cookies", "orchestration", { form: category("all", "some", "none"), stability: 0.93 }),
  dimension("preconditions", "orchestration", { form: category("met", "some missing", "none met"), stability: 0.92 }),
  dimension("state tokens", "orchestration", {
    form: category("none needed", "issued ones", "unissued ones"),
    stability: 0.93,
  }),
  dimension("kind of client", "flow", { form: category("web", "native", "api"), stability: 0.97 }),
  dimension("entry", "flow", {
    form: category("page", "api", "login", "asset", "feed", "well-known", "other"),
    stability: 0.82,
  }),
  dimension("login variant", "flow", { form: hashed, stability: 0.96 }),
  dimension("after refusal", "flow", { form: category("stops", "repeats", "goes on"), stability: 0.85 }),
  dimension("after throttling", "flow", { form: category("stops", "waits", "repeats", "goes on"), stability: 0.88 }),
  dimension("after server error", "flow", { form: category("stops", "repeats", "goes on"), stability: 0.85 }),
  dimension("redirects", "flow", { form: category("follows", "partly", "never"), stability: 0.94 }),
  dimension("revalidation", "flow", { form: category("never due", "revalidates", "fetches again"), stability: 0.85 }),
  dimension("asset share", "flow", { form: share, stability: 0.84 }),
  dimension("icon", "flow", { form: yesNo, stability: 0.82 }),
  dimension("referrers", "flow", { form: category("all", "some", "none"), stability: 0.88 }),
  dimension("referrer chain", "flow", { form: category("follows the walk", "breaks", "absent"), stability: 0.86 }),
  dimension("revisits", "flow", { form: share, stability: 0.8 }),
  dimension("robots file", "flow", { form: yesNo, stability: 0.95 }),
  dimension("methods", "flow", { form: category("reads", "reads and submits", "submits", "probes"), stability: 0.88 }),
  dimension("steps", "flow", {
    form: category("too predictable", "as people go", "as nobody goes"),
    stability: 0.8,
  }),
  dimension("median gap", "rhythm", { form: quantity("ms", 50, 200, 1_000, 3_000, 10_000, 30_000), stability: 0.82 }),
  dimension("gap spread", "rhythm", { form: quantity("plain", 0.1, 0.3, 0.7, 1.2, 2), stability: 0.82 }),
  dimension("burstiness", "rhythm", { form: quantity("plain", -0.6, -0.2, 0.2, 0.5), stability: 0.8 }),
  dimension("clock phase", "rhythm", { form: category("none", "second", "minute"), stability: 0.9 }),
  dimension("concurrency", "rhythm", { form: category("one", "few", "many"), stability: 0.88 }),
  dimension("retry law", "rhythm", { form: category("none", "at once", "fixed", "growing"), stability: 0.9 }),
  dimension("think time", "rhythm", { form: quantity("ms", 300, 1_500, 5_000, 20_000), stability: 0.8 }),
  dimension("body form", "payload", { form: category("none", "form", "json", "multipart", "other"), stability: 0.95 }),
  dimension("body size", "payload", { form: quantity("bytes", 64, 128, 256, 1_024, 8_192), stability: 0.85 }),
  dimension("parameter order", "payload", { form: hashed, stability: 0.92 }),
  dimension("page size", "payload", { form: hashed, stability: 0.9 }),
  dimension("ranges", "payload", { form: yesNo, stability: 0.95 }),
  dimension("slot swept", "goal", { form: hashed, stability: 0.9 }),
  dimension("sweep order", "goal", { form: category("none", "walk", "random", "by popularity"), stability: 0.88 }),
  dimension("target", "goal", {
    form: category("content", "search", "login", "account", "checkout", "api"),
    stability: 0.85,
  }),
  dimension("arrival", "flow", { form: category("after other steps", "straight to the log-in"), stability: 0.95 }),
  dimension("length", "goal", { form: quantity("requests", 1.5, 3.5, 10.5, 40.5, 200.5), stability: 0.8 }),
];

/** Position of a dimension by name. */
export const dimensionIndex: ReadonlyMap<string, number> = new Map(dimensions.map(({ name }, index) => [name, index]));

/** Number of tokens a dimension can show, unknown (0) left out. */
export function alphabetOf({ form }: Dimension): number {
  if (form.kind === "hashed") return 11;
  return form.kind === "category" ? form.names.length : form.edges.length + 1;
}
