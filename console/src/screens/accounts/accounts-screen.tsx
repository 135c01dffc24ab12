import type { ReactNode } from "react";
import type { Operations } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Data, Moment } from "../../parts/figures.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { saveFile } from "../../state/save-file.ts";

type Account = Operations["accounts.compromised"]["output"]["accounts"][number];
type Shift = Operations["accounts.shift"]["output"];
type Cell = Shift["cells"][number];

/** Accounts that may be in other hands, and what kind of log-in has grown. */
export function AccountsScreen(): ReactNode {
  const t = useTranslator();
  const answer = useOperation("accounts.compromised", { limit: 1_000 }, { everyMs: 5_000 });
  const shift = useOperation("accounts.shift", {}, { everyMs: 30_000 });
  return (
    <>
      <PageHead title={t("nav.accounts")} note={t("accounts.note")}>
        <button
          type="button"
          className="button"
          disabled={(answer.data?.total ?? 0) === 0}
          onClick={() => saveFile("accounts.json", JSON.stringify(answer.data, undefined, 2))}
        >
          {t("accounts.export")}
        </button>
      </PageHead>
      <div className="stack">
        <Answered of={answer}>
          {({ accounts, total }) =>
            total === 0 ? (
              <Card title={t("accounts.compromised")}>
                <Empty title={t("accounts.empty")}>{t("accounts.empty.why")}</Empty>
              </Card>
            ) : (
              <Card title={t("accounts.found", { count: total })} note={t("accounts.found.note")} flush>
                <AccountTable accounts={accounts} />
              </Card>
            )
          }
        </Answered>
        <Answered of={shift}>{(found) => <ShiftCard shift={found} />}</Answered>
      </div>
    </>
  );
}

/** An account as records name it: the number behind the letters. */
function numberOf(account: string): string {
  return String(Number.parseInt(account, 36));
}

function AccountTable({ accounts }: { readonly accounts: readonly Account[] }): ReactNode {
  const t = useTranslator();
  const columns: readonly Column<Account>[] = [
    {
      id: "account",
      title: t("field.account"),
      cell: ({ account }) => <Chip type="account" value={numberOf(account)} label={account} />,
      sort: ({ account }) => account,
    },
    {
      id: "since",
      title: t("accounts.since"),
      cell: ({ since }) => <Moment at={since} as="near" />,
      sort: ({ since }) => since,
    },
    {
      id: "nats",
      title: t("accounts.strange"),
      align: "number",
      cell: ({ nats }) => t.number(nats, { maximumFractionDigits: 1 }),
      sort: ({ nats }) => nats,
    },
    {
      id: "reasons",
      title: t("accounts.why"),
      cell: ({ reasons }) => (
        <ul className="data" lang="en" translate="no">
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      ),
    },
    {
      id: "steps",
      title: t("accounts.steps"),
      cell: ({ steps }) =>
        steps.length === 0 ? (
          <span className="soft">{t("accounts.steps.none")}</span>
        ) : (
          <span className="row">
            {steps.map((step) => (
              <span key={step} className="badge data" data-tone="bad" lang="en" translate="no">
                {step}
              </span>
            ))}
          </span>
        ),
      sort: ({ steps }) => steps.length,
    },
  ];
  return (
    <DataTable
      caption={t("accounts.compromised")}
      columns={columns}
      rows={accounts}
      rowKey={({ account }) => account}
      name="accounts"
    />
  );
}

/** This hour's log-ins against the same hour of earlier weeks, by the kinds that carry the excess. */
function ShiftCard({ shift }: { readonly shift: Shift }): ReactNode {
  const t = useTranslator();
  if (!shift.compared) {
    return (
      <Card title={t("accounts.shift")} note={t("accounts.shift.note")}>
        <p className="soft">{t("accounts.shift.none")}</p>
      </Card>
    );
  }
  const columns: readonly Column<Cell>[] = [
    {
      id: "cell",
      title: t("accounts.shift.cell"),
      cell: ({ cell }) => (
        <span lang="en">
          <Data>{cell}</Data>
        </span>
      ),
    },
    { id: "now", title: t("accounts.shift.now"), align: "number", cell: ({ now }) => t.number(now) },
    {
      id: "expected",
      title: t("accounts.shift.expected"),
      align: "number",
      cell: ({ expected }) => t.number(expected),
    },
    { id: "share", title: t("accounts.shift.share"), align: "number", cell: ({ share }) => t.percent(share) },
  ];
  return (
    <Card
      title={t("accounts.shift")}
      note={t("accounts.shift.found", { attempts: t.number(shift.attempts), p: (shift.p ?? 1).toPrecision(2) })}
      flush
    >
      <DataTable
        caption={t("accounts.shift")}
        columns={columns}
        rows={shift.cells}
        rowKey={({ cell }) => cell}
        name="shift"
      />
    </Card>
  );
}
