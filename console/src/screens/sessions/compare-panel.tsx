import type { ReactNode } from "react";
import type { SessionDetail } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { Answered } from "../../parts/states.tsx";
import { duration } from "../../state/use-time.ts";
import { habitsOf } from "./habits.ts";

/** This session beside one of a person on the same application: the calmest of the last hours with several requests. */
export function ComparePanel({ detail }: { readonly detail: SessionDetail }): ReactNode {
  const t = useTranslator();
  const people = useOperation("actors.list", {
    application: [detail.session.application],
    kind: ["human"],
    from: Math.floor((detail.session.firstSeen - 86_400_000) / 60_000) * 60_000,
    order: "requests",
    limit: 20,
  });
  return (
    <Card title={t("session.compare")} note={t("session.compare.note")}>
      <Answered of={people}>
        {({ actors }) => {
          const person =
            actors.find(({ requests, score }) => requests >= 5 && requests <= 400 && score < 40) ?? actors[0];
          return person === undefined ? (
            <p className="soft">{t("session.compare.none")}</p>
          ) : (
            <Beside detail={detail} actor={person.id} />
          );
        }}
      </Answered>
    </Card>
  );
}

function Beside({ detail, actor }: { readonly detail: SessionDetail; readonly actor: string }): ReactNode {
  const answer = useOperation("actors.get", { id: actor });
  return (
    <Answered of={answer}>
      {({ sessions }) => {
        const longest = [...sessions]
          .filter(({ id }) => id !== detail.session.id)
          .sort((a, b) => b.requests - a.requests)[0];
        return longest === undefined ? null : <Habits detail={detail} id={longest.id} />;
      }}
    </Answered>
  );
}

function Habits({ detail, id }: { readonly detail: SessionDetail; readonly id: string }): ReactNode {
  const t = useTranslator();
  const answer = useOperation("sessions.get", { id, limit: 500 });
  return (
    <Answered of={answer}>
      {(person) => {
        const rows = habitsOf(detail.steps).map((mine, index) => ({ mine, theirs: habitsOf(person.steps)[index] }));
        const show = (value: number | null | undefined, unit: "ms" | "share" | "count"): string => {
          if (value === null || value === undefined) return "–";
          if (unit === "ms") return duration(value, t.locale);
          return unit === "share" ? t.percent(value) : t.number(value);
        };
        return (
          <div className="scroller">
            <table className="table">
              <caption className="unseen">{t("session.compare")}</caption>
              <thead>
                <tr>
                  <th scope="col">{t("habit.title")}</th>
                  <th scope="col" className="number">
                    {t("habit.this")}
                  </th>
                  <th scope="col" className="number">
                    {t("habit.person")} <Chip type="session" value={id} label={`…${id.slice(-8)}`} />
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ mine, theirs }) => (
                  <tr key={mine.name}>
                    <th scope="row" className="plain">
                      {t(`habit.${mine.name}`)}
                    </th>
                    <td className="number">{show(mine.value, mine.unit)}</td>
                    <td className="number">{show(theirs?.value, mine.unit)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        );
      }}
    </Answered>
  );
}
