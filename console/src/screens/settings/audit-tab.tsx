import { type ReactNode, useState } from "react";
import { call } from "../../api/client.ts";
import type { AuditLine } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Data, Moment } from "../../parts/figures.tsx";
import { Answered, Empty } from "../../parts/states.tsx";

const pageSize = 200;

/** Who changed what, the newest first, and whether the chain of hashes is whole. */
export function AuditTab(): ReactNode {
  const total = useOperation("audit.list", { after: 0, limit: 1 });
  return (
    <>
      <Verify />
      <Answered of={total}>{({ total: count }) => <Lines count={count} />}</Answered>
    </>
  );
}

function Lines({ count }: { readonly count: number }): ReactNode {
  const t = useTranslator();
  const [end, setEnd] = useState(count);
  const answer = useOperation("audit.list", {
    after: Math.max(0, end - pageSize),
    limit: Math.min(pageSize, Math.max(1, end)),
  });
  const columns: readonly Column<AuditLine>[] = [
    { id: "number", title: t("audit.number"), align: "number", cell: ({ number }) => number },
    { id: "at", title: t("column.time"), cell: ({ at }) => <Moment at={at} as="full" /> },
    { id: "who", title: t("audit.who"), cell: ({ who }) => <Data>{who}</Data>, sort: ({ who }) => who },
    {
      id: "operation",
      title: t("audit.what"),
      cell: ({ operation }) => <Data>{operation}</Data>,
      sort: ({ operation }) => operation,
    },
    {
      id: "subject",
      title: t("audit.subject"),
      className: "wide",
      cell: ({ subject }) => (
        <code translate="no" className="data">
          {Object.entries(subject)
            .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
            .join(" ")}
        </code>
      ),
    },
  ];
  if (count === 0) return <Empty title={t("audit.empty")}>{t("audit.empty.why")}</Empty>;
  return (
    <Answered of={answer}>
      {({ entries }) => (
        <Card
          title={t("audit.found", { count })}
          flush
          tools={
            <>
              {end >= count ? null : (
                <button type="button" className="button" onClick={() => setEnd(count)}>
                  {t("events.newest")}
                </button>
              )}
              {end <= pageSize ? null : (
                <button type="button" className="button" onClick={() => setEnd(end - pageSize)}>
                  {t("events.older")}
                </button>
              )}
            </>
          }
        >
          <DataTable
            caption={t("settings.audit")}
            columns={columns}
            rows={[...entries].reverse()}
            rowKey={({ number }) => String(number)}
          />
        </Card>
      )}
    </Answered>
  );
}

function Verify(): ReactNode {
  const t = useTranslator();
  const [said, setSaid] = useState<{ readonly tone: "good" | "bad"; readonly text: string }>();
  const [busy, setBusy] = useState(false);
  const verify = async (): Promise<void> => {
    setBusy(true);
    try {
      const { whole, entries, problem } = await call("audit.verify", {});
      setSaid(whole ? { tone: "good", text: t("audit.whole", { count: entries }) } : { tone: "bad", text: problem });
    } catch (error) {
      setSaid({ tone: "bad", text: error instanceof Error ? error.message : String(error) });
    }
    setBusy(false);
  };
  return (
    <div className="row">
      <button type="button" className="button" disabled={busy} onClick={() => void verify()}>
        {t("audit.verify")}
      </button>
      <div role="status" aria-live="polite">
        {said === undefined ? (
          <span className="note">{t("audit.verify.note")}</span>
        ) : (
          <span className="badge" data-tone={said.tone}>
            {said.text}
          </span>
        )}
      </div>
    </div>
  );
}
