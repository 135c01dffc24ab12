import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { EventFilter, FacetField } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import type { MessageKey } from "../../i18n/english/index.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { scopeOf } from "../../parts/block-by.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip, type ChipType } from "../../parts/chip.tsx";
import { CountList } from "../../parts/count-list.tsx";
import { Moment } from "../../parts/figures.tsx";
import { RangePicker } from "../../parts/filter-bar.tsx";
import { SplitChart } from "../../parts/split-chart.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { fixedRange, spanOf } from "../../state/range.ts";
import { useScreenSearch } from "../../state/search.ts";
import { filterFields, filterOf } from "../../state/terms.ts";
import { useNow } from "../../state/use-time.ts";
import { EventTable } from "../events/events-screen.tsx";
import { Standings } from "../explain/standings.tsx";

const facets: readonly { readonly field: FacetField; readonly type: ChipType; readonly title: MessageKey }[] = [
  { field: "kind", type: "kind", title: "column.kind" },
  { field: "template", type: "template", title: "overview.endpoints" },
  { field: "network", type: "network", title: "overview.networks" },
  { field: "headers", type: "fingerprint", title: "overview.fingerprints" },
  { field: "agent", type: "agent", title: "actor.agents" },
  { field: "rule", type: "rule", title: "entity.rules" },
];

/** The span where the URL names none. */
const usualRange = "24h";

/** One address, network, fingerprint, account, path, user agent or detector: everything on record about it. */
export function EntityScreen(): ReactNode {
  const t = useTranslator();
  const { type: typeText = "", value = "" } = useParams({ strict: false });
  const [search, change] = useScreenSearch();
  const now = useNow();
  const type = filterFields.find((field) => field === typeText);
  if (type === undefined) return <Empty title={t("notfound.title")}>{t("notfound.why")}</Empty>;
  const range = search.range ?? usualRange;
  const span = spanOf(range, now);
  const term = `${type}:${value}`;
  const scope = scopeOf(type, value);
  const filter = { ...filterOf([term]), ...span };
  return (
    <>
      <PageHead title={t(`field.${type}`)} note={<Chip type={type} value={value} />}>
        <Link to="/events" search={{ range, where: [term] }} className="button">
          {t("entity.events")}
        </Link>
        <RangePicker usual={usualRange} />
      </PageHead>
      <div className="aside-layout">
        <div className="stack">
          <Traffic
            filter={filter}
            to={span.to ?? Math.ceil(now / 5_000) * 5_000}
            onSelect={(from, to) => change({ range: fixedRange(from, to) })}
          />
          <Latest filter={filter} />
        </div>
        <div className="stack">
          {scope === undefined ? null : <Standings ip={value} scope={scope} />}
          {facets
            .filter(({ type: own }) => own !== type)
            .map(({ field, type: chip, title }) => (
              <Card key={field} title={t(title)}>
                <Facet filter={filter} field={field} type={chip} range={range} term={term} />
              </Card>
            ))}
        </div>
      </div>
    </>
  );
}

function Facet({
  filter,
  field,
  type,
  range,
  term,
}: {
  readonly filter: EventFilter;
  readonly field: FacetField;
  readonly type: ChipType;
  readonly range: string;
  readonly term: string;
}): ReactNode {
  const answer = useOperation("events.facets", { ...filter, field, limit: 8 });
  return (
    <Answered of={answer} compact>
      {({ values }) => <CountList counts={values} type={type} range={range} within={[term]} />}
    </Answered>
  );
}

function Traffic({
  filter,
  to,
  onSelect,
}: {
  readonly filter: EventFilter & { readonly from: number };
  readonly to: number;
  readonly onSelect: (from: number, to: number) => void;
}): ReactNode {
  const t = useTranslator();
  const answer = useOperation("events.series", { ...filter, to, steps: 120, by: "kind" });
  return (
    <Card title={t("overview.traffic")} note={t("events.overtime.note")}>
      <Answered of={answer}>{(split) => <SplitChart split={split} onSelect={onSelect} />}</Answered>
    </Card>
  );
}

function Latest({ filter }: { readonly filter: EventFilter }): ReactNode {
  const t = useTranslator();
  const answer = useOperation("events.query", { ...filter, limit: 50, count: true });
  return (
    <Answered of={answer}>
      {({ events, total }) =>
        events.length === 0 ? (
          <Empty title={t("events.empty")}>{t("events.empty.why")}</Empty>
        ) : (
          <Card
            title={t("events.found", { count: total ?? events.length })}
            note={
              <>
                {t("entity.last")} <Moment at={events[0]?.at ?? 0} as="relative" />
              </>
            }
            flush
          >
            <EventTable events={events} />
          </Card>
        )
      }
    </Answered>
  );
}
