import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useRef } from "react";
import type { SessionStep } from "../../api/contract.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { ActionBadge, Moment, Score } from "../../parts/figures.tsx";
import { KindMark } from "../../parts/kind.tsx";
import { duration } from "../../state/use-time.ts";
import { shownPath } from "./shown-path.tsx";

const rowPx = 34;

/**
 * The steps of a session as a list of rows with a bar each: left the gap before the request, in the row its evidence.
 * Only rows in sight are in the document, so that 5,000 of them scroll as smoothly as 50; for screen readers every row
 * says its place among all.
 */
export function Waterfall({
  steps,
  chosen,
  onChoose,
}: {
  readonly steps: readonly SessionStep[];
  readonly chosen: SessionStep | undefined;
  readonly onChoose: (step: SessionStep) => void;
}): ReactNode {
  const t = useTranslator();
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: steps.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  const first = steps[0]?.event.at ?? 0;
  const whole = Math.max(1, (steps.at(-1)?.event.at ?? 0) - first);
  const items = rows.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard (WCAG 2.1.1)
    <section className="waterfall" ref={box} tabIndex={0} aria-label={t("session.title")}>
      <table className="table" data-rows="" aria-rowcount={steps.length + 1}>
        <caption className="unseen">{t("session.note")}</caption>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{t("column.time")}</th>
            <th scope="col" className="number">
              {t("session.gap")}
            </th>
            <th scope="col">{t("column.request")}</th>
            <th scope="col" className="number">
              {t("column.status")}
            </th>
            <th scope="col">{t("column.score")}</th>
            <th scope="col">{t("column.action")}</th>
            <th scope="col">{t("column.evidence")}</th>
          </tr>
        </thead>
        <tbody>
          <Filler height={above} />
          {items.map((item) => {
            const step = steps[item.index];
            return step === undefined ? null : (
              <Row
                key={step.event.reference}
                step={step}
                index={item.index}
                offset={(step.event.at - first) / whole}
                chosen={step === chosen}
                onChoose={onChoose}
              />
            );
          })}
          <Filler height={below} />
        </tbody>
      </table>
    </section>
  );
}

/** The room of rows that are out of sight. */
function Filler({ height }: { readonly height: number }): ReactNode {
  if (height <= 0) return null;
  return (
    <tr>
      <td colSpan={7} className="filler" style={{ height: `${height}px` }} />
    </tr>
  );
}

const Row = memo(function Row({
  step,
  index,
  offset,
  chosen,
  onChoose,
}: {
  readonly step: SessionStep;
  readonly index: number;
  readonly offset: number;
  readonly chosen: boolean;
  readonly onChoose: (step: SessionStep) => void;
}): ReactNode {
  const t = useTranslator();
  const { event, gapMs, reasons } = step;
  return (
    <tr
      className="waterfall-row"
      aria-rowindex={index + 2}
      aria-current={chosen ? "true" : undefined}
      data-row=""
      tabIndex={-1}
      onClick={() => onChoose(step)}
      onKeyDown={(pressed) => {
        if (pressed.key === "Enter") onChoose(step);
      }}
    >
      <td>
        <svg className="waterfall-place" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
          <rect x={Math.min(98, offset * 100)} width="2" height="2" />
        </svg>
        <Moment at={event.at} />
      </td>
      <td className={gapMs !== null && gapMs > 60_000 ? "number long-gap" : "number"}>
        {gapMs === null ? "" : `+${duration(gapMs, t.locale)}`}
      </td>
      <td>
        <div className="cut">
          <code translate="no" className="data">
            {event.method} {shownPath(event.path)}
          </code>
        </div>
      </td>
      <td className="number">{event.status === 0 ? "–" : event.status}</td>
      <td>
        <KindMark kind={event.kind} /> <Score value={event.score.total} />
      </td>
      <td>
        <ActionBadge action={event.action} enforced={event.enforced} />
      </td>
      <td>
        <div className="cut data" translate="no" lang="en">
          {reasons[0] ?? event.signals[0]?.detector ?? ""}
        </div>
      </td>
    </tr>
  );
});
