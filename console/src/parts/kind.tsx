import type { ReactNode } from "react";
import { useTranslator } from "../i18n/translate.ts";

/** The kinds of client in the order in which they are shown and stacked. */
export const kinds = ["human", "verified-agent", "declared-bot", "automated", "unknown"] as const;

/** A kind of client. */
export type KindName = (typeof kinds)[number];

/** A kind that arrived as text; what is not known is `unknown`. */
export function kindOf(text: string): KindName {
  return kinds.find((kind) => kind === text) ?? "unknown";
}

/** Each kind has a shape of its own, so that colour is never what tells them apart. */
const marks: Readonly<Record<KindName, string>> = {
  human: "M5 0a5 5 0 1 1 0 10A5 5 0 0 1 5 0Z",
  "verified-agent": "M5 0l5 5-5 5-5-5z",
  "declared-bot": "M1 1h8v8H1z",
  automated: "M5 .5 10 9.5H0z",
  unknown: "M5 0a5 5 0 1 1 0 10A5 5 0 0 1 5 0Zm0 2.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6Z",
};

/** The mark of a kind. */
export function KindMark({ kind }: { readonly kind: string }): ReactNode {
  const known = kindOf(kind);
  return (
    <svg className={`kind-mark kind-${known}`} viewBox="0 0 10 10" aria-hidden="true">
      <path d={marks[known]} fillRule="evenodd" />
    </svg>
  );
}

/** A kind in words with its mark. */
export function KindBadge({ kind }: { readonly kind: string }): ReactNode {
  const t = useTranslator();
  const known = kindOf(kind);
  return (
    <span className="badge" data-kind={known}>
      <KindMark kind={known} />
      {t(`kind.${known}`)}
    </span>
  );
}
