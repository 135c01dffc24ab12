import type { ReactNode } from "react";
import { useTranslator } from "../../i18n/translate.ts";
import { Chip } from "../../parts/chip.tsx";

/** Evidence in its order, the loudest first; bars to the right speak for automation, to the left for a person. */
export function EvidenceList({
  evidence,
  priorNats,
}: {
  readonly evidence: readonly { readonly detector: string; readonly nats: number; readonly says: string }[];
  readonly priorNats?: number;
}): ReactNode {
  const t = useTranslator();
  if (evidence.length === 0) return <p className="soft">{t("evidence.none")}</p>;
  const most = Math.max(1, ...evidence.map(({ nats }) => Math.abs(nats)));
  return (
    <ol className="evidence">
      {evidence.map(({ detector, nats, says }) => (
        <li key={`${detector} ${says}`}>
          <span className={nats >= 0 ? "nats against" : "nats for"} title={t("evidence.nats")}>
            {t.number(nats, { signDisplay: "exceptZero", maximumFractionDigits: 2 })}
          </span>
          <NatsBar nats={nats} most={most} />
          <span>
            <span lang="en" translate="no" className="data">
              {says}
            </span>{" "}
            <Chip type="detector" value={detector} bare />
          </span>
        </li>
      ))}
      {priorNats === undefined ? null : (
        <li>
          <span className="nats">{t.number(priorNats, { signDisplay: "exceptZero", maximumFractionDigits: 2 })}</span>
          <NatsBar nats={priorNats} most={most} />
          <span className="soft">{t("evidence.prior")}</span>
        </li>
      )}
    </ol>
  );
}

/** A bar from the middle. */
export function NatsBar({ nats, most }: { readonly nats: number; readonly most: number }): ReactNode {
  const length = Math.min(50, (50 * Math.abs(nats)) / most);
  return (
    <svg className="evidence-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect x="0" width="100" height="8" className="bar-ground" />
      <rect
        x={nats >= 0 ? 50 : 50 - length}
        width={length}
        height="8"
        className={nats >= 0 ? "bar-against" : "bar-for"}
      />
      <rect x="49.6" width="0.8" height="8" className="bar-middle" />
    </svg>
  );
}
