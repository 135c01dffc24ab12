import type { ReactNode } from "react";
import type { SessionStep } from "../../api/contract.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { Chip, copy } from "../../parts/chip.tsx";
import { ActionBadge, Data, Moment } from "../../parts/figures.tsx";
import { Icon } from "../../parts/icons.tsx";
import { KindBadge } from "../../parts/kind.tsx";
import { say } from "../../parts/toasts.tsx";
import { EvidenceList } from "../explain/evidence-list.tsx";
import { cookieFates } from "./cookie-fates.ts";
import { curlOf } from "./curl.ts";

/** One step of a session in full. */
export function StepPanel({ step, onClose }: { readonly step: SessionStep; readonly onClose: () => void }): ReactNode {
  const t = useTranslator();
  const { event, reasons } = step;
  const fates = cookieFates(event.signals);
  const evidence = [...event.signals]
    .sort((a, b) => Math.abs(b.nats) - Math.abs(a.nats))
    .map(({ detector, nats, evidence: facts }, index) => ({
      detector,
      nats,
      says:
        reasons[index] ??
        Object.entries(facts)
          .map(([name, value]) => `${name} ${value}`)
          .join(", "),
    }));
  return (
    <Card
      title={t("session.step")}
      tools={
        <button type="button" className="button plain icon" onClick={onClose} aria-label={t("dialog.close")}>
          <Icon name="close" />
        </button>
      }
    >
      <div className="stack">
        <p className="row">
          <KindBadge kind={event.kind} />
          <ActionBadge action={event.action} enforced={event.enforced} />
          <Moment at={event.at} as="full" />
        </p>
        <dl className="facts">
          <dt>{t("column.request")}</dt>
          <dd>
            <Data>
              <code>{event.method}</code>
            </Data>{" "}
            <Chip type="path" value={event.path} />
          </dd>
          <dt>{t("field.template")}</dt>
          <dd>
            <Chip type="template" value={event.template} />
          </dd>
          <dt>{t("session.answer")}</dt>
          <dd>
            {event.status === 0 ? "–" : event.status}
            {event.bytes < 0
              ? ""
              : ` · ${t.number(event.bytes, { style: "unit", unit: "byte", unitDisplay: "narrow" })}`}
            {event.durationMs < 0
              ? ""
              : ` · ${t.number(event.durationMs, { style: "unit", unit: "millisecond", maximumFractionDigits: 1 })}`}
          </dd>
          <dt>{t("field.rule")}</dt>
          <dd>{event.rule === "" ? "–" : <Chip type="rule" value={event.rule} />}</dd>
          <dt>{t("column.reference")}</dt>
          <dd>
            <Chip type="reference" value={event.reference} />
          </dd>
        </dl>
        <div>
          <h3>{t("session.cookies")}</h3>
          {fates.length === 0 ? (
            <p className="soft">{t("session.cookies.none")}</p>
          ) : (
            <ul className="bullets">
              {fates.map(({ detector, count }) => (
                <li key={detector}>
                  {t(`fate.${detector}`)}
                  {count === "" ? "" : <Data> ({count})</Data>}
                </li>
              ))}
            </ul>
          )}
          <p className="note">{t("session.cookies.note")}</p>
        </div>
        <div>
          <h3>{t("explain.evidence")}</h3>
          <EvidenceList evidence={evidence} />
        </div>
        <button
          type="button"
          className="button"
          onClick={() => void copy(curlOf(event)).then(() => say(t("session.curl.done")))}
        >
          <Icon name="copy" size={14} />
          {t("session.curl")}
        </button>
        <p className="note">{t("session.curl.note")}</p>
      </div>
    </Card>
  );
}
