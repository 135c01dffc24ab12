import type { ReactNode } from "react";
import { CallError } from "../../api/client.ts";
import { useLive } from "../../api/live.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { PageHead } from "../../parts/card.tsx";
import { RangePicker } from "../../parts/filter-bar.tsx";
import { Answered, Empty, Failure, Loading } from "../../parts/states.tsx";
import { fixedRange, spanOf } from "../../state/range.ts";
import { useScreenSearch } from "../../state/search.ts";
import { useNow } from "../../state/use-time.ts";
import { LatestVerdicts } from "./latest-verdicts.tsx";
import { ModeBanner } from "./mode-banner.tsx";
import { OverviewBody } from "./overview-body.tsx";
import { figuresOfLive, figuresOfRange } from "./overview-figures.ts";

const recordedEveryMs = 10_000;

/** What is happening: who comes, what is done about it, what it costs. Every number leads to its records. */
export function OverviewScreen(): ReactNode {
  const t = useTranslator();
  const [search] = useScreenSearch();
  const live = (search.range ?? "live") === "live";
  return (
    <>
      <PageHead title={t("nav.overview")} note={t(live ? "overview.live.note" : "overview.range.note")}>
        <RangePicker live />
      </PageHead>
      <ModeBanner />
      {live ? <LiveOverview /> : <RangeOverview range={search.range ?? "1h"} />}
    </>
  );
}

function LiveOverview(): ReactNode {
  const t = useTranslator();
  const { document, state } = useLive();
  // The records are asked for the same ten minutes, by whole steps: the same question is asked once.
  const from = Math.floor((document?.split.from ?? 0) / recordedEveryMs) * recordedEveryMs;
  const recorded = useOperation("overview", { from, steps: 1 }, { enabled: from > 0 });
  if (document === undefined) {
    return state === "lost" ? <Failure error={new CallError("unreachable", "/live")} /> : <Loading />;
  }
  const figures = figuresOfLive(document, recorded.data);
  if (figures.requests === 0 && document.verdicts.length === 0) {
    return (
      <Empty
        title={t("overview.empty")}
        action={
          <a className="button" href={`http://${document.status.listen[0] ?? ""}/`} rel="noreferrer" target="_blank">
            {t("overview.empty.action")}
          </a>
        }
      >
        {t("overview.empty.why", { address: document.status.listen.join(", ") })}
      </Empty>
    );
  }
  return (
    <>
      <OverviewBody figures={figures} />
      <LatestVerdicts document={document} />
    </>
  );
}

function RangeOverview({ range }: { readonly range: string }): ReactNode {
  const now = useNow();
  const [, change] = useScreenSearch();
  const span = spanOf(range, now);
  const answer = useOperation("overview", { ...span, steps: 120 }, { everyMs: 5_000 });
  return (
    <Answered of={answer}>
      {(overview) => (
        <OverviewBody
          figures={figuresOfRange(overview)}
          onSelect={(from, to) => change({ range: fixedRange(from, to) })}
        />
      )}
    </Answered>
  );
}
