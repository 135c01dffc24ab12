import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { KindMark, kinds } from "../../parts/kind.tsx";
import { SplitChart } from "../../parts/split-chart.tsx";
import { Enforcement } from "./enforcement.tsx";
import { Origins } from "./origins.tsx";
import type { Figures } from "./overview-figures.ts";
import { TopLists } from "./top-lists.tsx";

/** The overview's tiles, chart and lists. */
export function OverviewBody({
  figures,
  onSelect,
}: {
  readonly figures: Figures;
  readonly onSelect?: (from: number, to: number) => void;
}): ReactNode {
  const t = useTranslator();
  return (
    <>
      <ul className="tiles" aria-label={t("overview.who")}>
        {kinds.map((kind) => (
          <li key={kind}>
            <Link
              to="/events"
              search={{ range: figures.range, where: [`kind:${kind}`] }}
              className="tile"
              data-figure={kind}
            >
              <span className="tile-name">
                <KindMark kind={kind} />
                {t(`kind.${kind}`)}
              </span>
              <span className="tile-value">{t.number(figures.byKind[kind] ?? 0)}</span>
              <span className="tile-note">
                {figures.requests === 0
                  ? t("overview.none")
                  : t("overview.share", { share: t.percent((figures.byKind[kind] ?? 0) / figures.requests) })}
                {figures.clientsByKind === undefined
                  ? ""
                  : ` · ${t("overview.clients", { count: figures.clientsByKind[kind] ?? 0 })}`}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <Card title={t("overview.traffic")} note={t("overview.traffic.note")}>
        <SplitChart split={figures.split} {...(onSelect === undefined ? {} : { onSelect })} />
      </Card>
      <Enforcement figures={figures} />
      <TopLists range={figures.range} />
      <Origins range={figures.range} />
    </>
  );
}
