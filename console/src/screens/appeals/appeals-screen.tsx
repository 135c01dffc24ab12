import { type ReactNode, useState } from "react";
import type { Appeal } from "../../api/contract.ts";
import { useChange, useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { decide } from "../../parts/decide-dialog.tsx";
import { Data, Moment } from "../../parts/figures.tsx";
import { Segments } from "../../parts/segments.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { say } from "../../parts/toasts.tsx";
import { useScreenSearch } from "../../state/search.ts";
import { duration } from "../../state/use-time.ts";

const lengths = ["24h", "7d", "30d"] as const;

const states = ["open", "accepted", "declined", "all"] as const;

/** People who say that they were stopped by mistake, and everything that stands: unblocked with one click. */
export function AppealsScreen(): ReactNode {
  const t = useTranslator();
  const [search, change] = useScreenSearch();
  const state = states.find((each) => each === search.state) ?? "open";
  const answer = useOperation("appeals.list", state === "all" ? {} : { state }, { everyMs: 5_000 });
  return (
    <>
      <PageHead title={t("nav.appeals")} note={t("appeals.note")}>
        <Segments
          label={t("incidents.state")}
          values={states}
          chosen={state}
          text={(each) => t(`appeals.state.${each}`)}
          onChoose={(each) => change({ state: each === "open" ? undefined : each })}
        />
      </PageHead>
      <Answered of={answer}>
        {({ appeals }) =>
          appeals.length === 0 ? (
            <Empty title={t(state === "open" ? "appeals.empty" : "appeals.none")}>{t("appeals.empty.why")}</Empty>
          ) : (
            <ul className="stack">
              {appeals.map((appeal) => (
                <li key={appeal.id}>
                  <AppealCard appeal={appeal} />
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
      <StandingDecisions />
    </>
  );
}

function AppealCard({ appeal }: { readonly appeal: Appeal }): ReactNode {
  const t = useTranslator();
  const change = useChange("appeals.decide");
  const [allowFor, setAllowFor] = useState("");
  const act = (decision: "accept" | "decline"): void =>
    change.mutate(
      { id: appeal.id, decision, ...(allowFor === "" ? {} : { allowFor }) },
      {
        onSuccess: () =>
          say(t(decision === "accept" ? "appeals.accepted" : "appeals.declined"), () =>
            change.mutate({ id: appeal.id, decision: "undo" }),
          ),
        onError: (error) => say(error.message),
      },
    );
  return (
    <Card title={t("appeals.from", { reference: appeal.reference })} note={<Moment at={appeal.at} as="relative" />}>
      <div className="stack tight">
        <p translate="no" className="lead data">
          {appeal.text === "" ? "–" : appeal.text}
        </p>
        <p className="row">
          <Chip type="reference" value={appeal.reference} />
          {appeal.ip === null ? null : <Chip type="ip" value={appeal.ip} />}
          <Data>{appeal.contact ?? ""}</Data>
        </p>
        <p className="soft" lang="en">
          <Data>{appeal.reason}</Data>
        </p>
        {appeal.state === "open" ? null : (
          <div className="row">
            <span className="badge" data-tone={appeal.state === "accepted" ? "good" : undefined}>
              {t(`appeals.state.${appeal.state}`)}
            </span>
            <Data>{appeal.decidedBy ?? ""}</Data>
            <button
              type="button"
              className="button"
              disabled={change.isPending}
              onClick={() =>
                change.mutate({ id: appeal.id, decision: "undo" }, { onError: (error) => say(error.message) })
              }
            >
              {t("toast.undo")}
            </button>
          </div>
        )}
        <div className="row" hidden={appeal.state !== "open"}>
          <button type="button" className="button primary" onClick={() => act("accept")} disabled={change.isPending}>
            {t("standing.unblock")}
          </button>
          <label className="row">
            <span className="note">{t("appeals.exception")}</span>
            <select className="select" value={allowFor} onChange={(event) => setAllowFor(event.currentTarget.value)}>
              <option value="">{t("appeals.exception.none")}</option>
              {lengths.map((each) => (
                <option key={each} value={each}>
                  {t(`length.${each}`)}
                </option>
              ))}
            </select>
          </label>
          <button type="button" className="button" onClick={() => act("decline")} disabled={change.isPending}>
            {t("appeals.decline")}
          </button>
        </div>
      </div>
    </Card>
  );
}

function StandingDecisions(): ReactNode {
  const t = useTranslator();
  const answer = useOperation("decisions.list", {}, { everyMs: 5_000 });
  const lift = useChange("decisions.remove");
  const add = useChange("decisions.add");
  return (
    <Answered of={answer}>
      {({ decisions, total }) =>
        decisions.length === 0 ? (
          <Empty
            title={t("decisions.empty")}
            action={
              <a className="button" href="/console/events">
                {t("nav.events")}
              </a>
            }
          >
            {t("decisions.empty.why")}
          </Empty>
        ) : (
          <Card title={t("decisions.found", { count: total })} note={t("decisions.note")} flush>
            <ul className="standing-list" data-rows="">
              {[...decisions].reverse().map((one) => (
                <li key={one.id} data-row="" tabIndex={-1}>
                  <span className="badge" data-tone={one.action === "allow" ? "good" : "bad"}>
                    {t(one.action === "allow" ? "standing.allowed" : "standing.blocked")}
                  </span>
                  {one.scope === "session" ? (
                    <span className="soft">{t("field.session")}</span>
                  ) : (
                    <Chip type={chipTypeOf(one.scope)} value={one.value} />
                  )}
                  <span className="grow data" translate="no">
                    {one.reason}
                  </span>
                  <span className="note">
                    {one.expiresInMs === null
                      ? t("standing.forever")
                      : t("standing.left", { time: duration(one.expiresInMs, t.locale) })}
                  </span>
                  <button
                    type="button"
                    className="button"
                    onClick={() =>
                      lift.mutate(
                        { value: one.id },
                        {
                          onSuccess: () =>
                            say(t("standing.lifted", { value: one.value }), () =>
                              add.mutate({
                                value: one.value,
                                scope: one.scope as "address",
                                action: one.action === "allow" ? "allow" : "block",
                                reason: one.reason,
                                ...(one.expiresInMs === null ? {} : { for: `${Math.ceil(one.expiresInMs / 1_000)}s` }),
                              }),
                            ),
                          onError: (error) => say(error.message),
                        },
                      )
                    }
                  >
                    {t(one.action === "allow" ? "standing.endAllow" : "standing.unblock")}
                  </button>
                  {one.action === "allow" || one.scope !== "address" ? null : (
                    <button
                      type="button"
                      className="button"
                      onClick={() => decide({ action: "allow", scope: "address", value: one.value })}
                    >
                      {t("chip.allow")}
                    </button>
                  )}
                </li>
              ))}
            </ul>
          </Card>
        )
      }
    </Answered>
  );
}

function chipTypeOf(scope: string): "ip" | "network" | "fingerprint" | "cohort" | "session" | "account" {
  const own = ["network", "fingerprint", "cohort", "session", "account"] as const;
  return own.find((each) => each === scope) ?? "ip";
}
