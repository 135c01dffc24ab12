import { Link, useParams } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { Incident } from "../../api/contract.ts";
import { useChange, useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { copy } from "../../parts/chip.tsx";
import { CountList } from "../../parts/count-list.tsx";
import { Data, Moment } from "../../parts/figures.tsx";
import { RecordsLink } from "../../parts/records-link.tsx";
import { SplitChart } from "../../parts/split-chart.tsx";
import { Answered } from "../../parts/states.tsx";
import { say } from "../../parts/toasts.tsx";
import { fixedRange } from "../../state/range.ts";
import { saveFile } from "../../state/save-file.ts";
import { ActorTable } from "../actors/actors-screen.tsx";
import { IncidentState, Severity } from "./incident-badges.tsx";
import { MergeDialog } from "./merge-dialog.tsx";

/** One incident: what is wanted, by whom, from where, how it changed and after which counter-measure. */
export function IncidentScreen(): ReactNode {
  const { incident = "" } = useParams({ strict: false });
  const answer = useOperation("incidents.get", { id: incident }, { everyMs: 5_000 });
  return <Answered of={answer}>{(found) => <IncidentView incident={found} />}</Answered>;
}

function IncidentView({ incident }: { readonly incident: Incident }): ReactNode {
  const t = useTranslator();
  const { firstSeen, lastSeen, cost, where } = incident;
  const range = fixedRange(firstSeen, lastSeen + 1);
  return (
    <>
      <PageHead
        title={
          <span translate="no" lang="en" className="data">
            {incident.title}
          </span>
        }
        note={
          <span className="row">
            <Severity severity={incident.severity} />
            <IncidentState state={incident.state} />
            <Moment at={firstSeen} as="full" /> – <Moment at={lastSeen} as="short" />
          </span>
        }
      >
        <Link to="/events" search={{ range, where }} className="button">
          {t("entity.events")}
        </Link>
        <Actions incident={incident} />
      </PageHead>
      <div className="stack">
        <div className="aside-layout">
          <div className="stack">
            <Card title={t("incident.story")}>
              <div className="stack tight">
                <p className="lead data" lang="en" translate="no">
                  {incident.goal}
                </p>
                <ul className="bullets data" lang="en" translate="no">
                  {incident.reasons.map((reason) => (
                    <li key={reason}>{reason}</li>
                  ))}
                </ul>
              </div>
            </Card>
            <Card title={t("overview.traffic")}>
              <SplitChart
                split={{
                  from: incident.series.from,
                  stepMs: incident.series.stepMs,
                  names: incident.series.kinds,
                  rows: incident.series.rows,
                }}
              />
            </Card>
            <Steps incident={incident} />
          </div>
          <div className="stack">
            <Card title={t("incident.size")}>
              <dl className="facts">
                <dt>{t("column.requests")}</dt>
                <dd>
                  <Link to="/events" search={{ range, where }}>
                    {t("actor.requests", { requests: incident.requests, stopped: incident.stopped })}
                  </Link>
                </dd>
                <dt>{t("nav.actors")}</dt>
                <dd>
                  <Link to="/actors" search={{ range, where }}>
                    {t.number(incident.actors)}
                  </Link>
                </dd>
                <dt>{t("overview.networks")}</dt>
                <dd>
                  <RecordsLink count={incident.networks} of={t("overview.networks")} range={range} where={where} />
                </dd>
                <dt>{t("incident.accounts")}</dt>
                <dd>
                  <RecordsLink
                    count={incident.accounts}
                    of={t("incident.accounts")}
                    range={range}
                    where={[...where, "-account:0"]}
                  />
                </dd>
                <dt>{t("incident.cost")}</dt>
                <dd>
                  {t("incident.cost.origin", { seconds: t.number(Math.round(cost.originMs / 100) / 10) })}
                  {cost.priced.map(({ name, amount }) => (
                    <span key={name}>
                      <br />
                      <Data>{name}</Data> {t.number(amount, { maximumFractionDigits: 2 })}
                    </span>
                  ))}
                  <br />
                  <small className="soft data" lang="en" translate="no">
                    = {cost.formula}
                  </small>
                </dd>
                <dt>{t("incident.assignee")}</dt>
                <dd>
                  <Data>{incident.assignee ?? "–"}</Data>
                </dd>
              </dl>
            </Card>
            <Notes incident={incident} />
          </div>
        </div>
        <Card title={t("incident.members", { count: incident.actors })} flush>
          <ActorTable actors={incident.members} range={range} within={where} unblock />
        </Card>
        <div className="grid-3">
          <Card title={t("overview.endpoints")}>
            <CountList counts={incident.endpoints} type="template" range={range} within={where} />
          </Card>
          <Card title={t("overview.networks")}>
            <CountList counts={incident.networksTop} type="network" range={range} within={where} />
          </Card>
          <Card title={t("overview.fingerprints")}>
            <CountList counts={incident.fingerprints} type="fingerprint" range={range} within={where} />
          </Card>
          <Card title={t("incident.accountsTouched")}>
            <CountList counts={incident.accountsTouched} type="account" range={range} within={where} />
          </Card>
        </div>
      </div>
    </>
  );
}

function Steps({ incident }: { readonly incident: Incident }): ReactNode {
  const t = useTranslator();
  return (
    <Card title={t("incident.retooling")} note={t("incident.retooling.note")}>
      {incident.steps.length === 0 ? (
        <p className="soft">{t("incident.retooling.none")}</p>
      ) : (
        <ol className="steps">
          {incident.steps.map((step) => (
            <li key={step.at}>
              <Moment at={step.at} as="short" />
              <div>
                <b translate="no" lang="en" className="data">
                  {step.changed.join(", ")}
                </b>
                <p className="data" translate="no" lang="en">
                  {step.why}
                </p>
                {step.after === null ? null : (
                  <p className="soft">
                    {t("incident.after")}{" "}
                    <span translate="no" lang="en" className="data">
                      {step.after}
                    </span>
                  </p>
                )}
              </div>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

/** The field for a note: far down the page, and one press away from its top. */
const noteId = "incident-note";

function Actions({ incident }: { readonly incident: Incident }): ReactNode {
  const t = useTranslator();
  const update = useChange("incidents.update");
  const [assigning, setAssigning] = useState(false);
  const [merging, setMerging] = useState(false);
  const [assignee, setAssignee] = useState(incident.assignee ?? "");
  const id = useId();
  const before = incident.state;
  const move = (state: Incident["state"]): void => {
    update.mutate(
      { id: incident.id, state },
      {
        onSuccess: () => say(t(`incident.moved.${state}`), () => update.mutate({ id: incident.id, state: before })),
        onError: (error) => say(error.message),
      },
    );
  };
  return (
    <>
      {assigning ? (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            update.mutate({ id: incident.id, assign: assignee.trim() === "" ? null : assignee.trim() });
            setAssigning(false);
          }}
        >
          <label htmlFor={id} className="unseen">
            {t("incident.assignee")}
          </label>
          <input
            id={id}
            className="input narrow"
            value={assignee}
            maxLength={64}
            onChange={(event) => setAssignee(event.currentTarget.value)}
          />
          <button type="submit" className="button primary">
            {t("incident.assign")}
          </button>
        </form>
      ) : (
        <button type="button" className="button" onClick={() => setAssigning(true)}>
          {t("incident.assign")}
        </button>
      )}
      {incident.state === "open" ? (
        <>
          <button type="button" className="button" onClick={() => move("muted")}>
            {t("incident.mute")}
          </button>
          <button type="button" className="button primary" onClick={() => move("resolved")}>
            {t("incident.resolve")}
          </button>
        </>
      ) : (
        <button type="button" className="button" onClick={() => move("open")}>
          {t("incident.reopen")}
        </button>
      )}
      <button type="button" className="button" onClick={() => setMerging(true)}>
        {t("incident.merge")}
      </button>
      {merging ? <MergeDialog incident={incident} onClose={() => setMerging(false)} /> : null}
      {incident.rule === null ? null : (
        <Link to="/policies/$policy" params={{ policy: incident.rule }} search={{}} className="button">
          {t("incident.rule")}
        </Link>
      )}
      {incident.proposal === null ? null : (
        <Link
          to="/policies/$policy"
          params={{ policy: "new" }}
          search={{ text: JSON.stringify(incident.proposal) }}
          className="button"
        >
          {t("incident.propose")}
        </Link>
      )}
      <button type="button" className="button" onClick={() => document.getElementById(noteId)?.focus()}>
        {t("incident.note")}
      </button>
      <button
        type="button"
        className="button"
        onClick={() => void copy(location.href).then(() => say(t("incident.shared")))}
      >
        {t("incident.share")}
      </button>
      <button
        type="button"
        className="button"
        onClick={() => saveFile(`incident-${incident.id}.json`, JSON.stringify(incident, undefined, 2))}
      >
        {t("incident.export")}
      </button>
    </>
  );
}

function Notes({ incident }: { readonly incident: Incident }): ReactNode {
  const t = useTranslator();
  const update = useChange("incidents.update");
  const [note, setNote] = useState("");
  const [link, setLink] = useState("");
  const linkId = useId();
  const add = (event: FormEvent): void => {
    event.preventDefault();
    if (note.trim() === "") return;
    update.mutate(
      { id: incident.id, note: note.trim(), ...(link.trim() === "" ? {} : { link: link.trim() }) },
      {
        onSuccess: () => {
          setNote("");
          setLink("");
        },
      },
    );
  };
  return (
    <Card title={t("incident.notes")} note={t("incident.notes.note")}>
      <div className="stack">
        {incident.notes.map((one) => (
          <div key={`${one.at} ${one.by}`}>
            <p className="note">
              <Data>{one.by}</Data> · <Moment at={one.at} as="short" />
            </p>
            <p translate="no" className="data">
              {one.text}
            </p>
            {one.link === null ? null : <OutsideLink link={one.link} />}
          </div>
        ))}
        <form className="stack tight" onSubmit={add}>
          <div className="field">
            <label htmlFor={noteId}>{t("incident.note")}</label>
            <textarea
              id={noteId}
              className="input"
              maxLength={4_000}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
          </div>
          <div className="field">
            <label htmlFor={linkId}>{t("incident.link")}</label>
            <input
              id={linkId}
              className="input"
              type="url"
              value={link}
              placeholder="https://"
              onChange={(event) => setLink(event.currentTarget.value)}
            />
          </div>
          {update.error === null ? null : (
            <p className="problem" role="alert">
              {update.error.message}
            </p>
          )}
          <button type="submit" className="button" disabled={update.isPending}>
            {t("incident.addNote")}
          </button>
        </form>
      </div>
    </Card>
  );
}

/** A pinned address: followed only when it is https or http, whatever somebody stored (no `javascript:`). */
function OutsideLink({ link }: { readonly link: string }): ReactNode {
  const safe = URL.canParse(link) && /^https?:$/.test(new URL(link).protocol);
  if (!safe) return <Data>{link}</Data>;
  return (
    <p>
      <a href={link} rel="noreferrer noopener" target="_blank" translate="no" className="data">
        {link}
      </a>
    </p>
  );
}
