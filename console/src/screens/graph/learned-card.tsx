import { type ReactNode, useState } from "react";
import { call } from "../../api/client.ts";
import type { Operations } from "../../api/contract.ts";
import { useLive } from "../../api/live.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { Data } from "../../parts/figures.tsx";
import { Segments } from "../../parts/segments.tsx";
import { Answered } from "../../parts/states.tsx";
import { say } from "../../parts/toasts.tsx";
import { saveFile } from "../../state/save-file.ts";
import { duration } from "../../state/use-time.ts";

type Graph = NonNullable<Operations["intent.graph"]["output"]["graph"]>;

/** What the engine learned of an application: who sets which cookie, and what people do before sensitive steps. */
export function LearnedCard(): ReactNode {
  const t = useTranslator();
  const { document } = useLive();
  const names = document?.status.applications.map(({ name }) => name) ?? [];
  const [chosen, choose] = useState("");
  const application = names.includes(chosen) ? chosen : (names[0] ?? "");
  if (application === "") return null;
  return (
    <Card
      title={t("learned.title")}
      note={t("learned.note")}
      tools={
        <>
          {names.length < 2 ? null : (
            <Segments
              label={t("field.application")}
              values={names}
              chosen={application}
              text={(name) => name}
              onChoose={choose}
            />
          )}
          <Exports application={application} />
        </>
      }
    >
      <Learned application={application} />
    </Card>
  );
}

const drawings = [
  { drawing: "none", ending: "json" },
  { drawing: "dot", ending: "dot" },
  { drawing: "mermaid", ending: "mmd" },
] as const;

/** The whole graph, for other programs and for documents. */
function Exports({ application }: { readonly application: string }): ReactNode {
  const t = useTranslator();
  return drawings.map(({ drawing, ending }) => (
    <button
      key={drawing}
      type="button"
      className="button no-print"
      onClick={() =>
        void call("intent.graph", { application, drawing }).then(
          (answer) =>
            saveFile(
              `${application}.${ending}`,
              drawing === "none" ? JSON.stringify(answer.graph, undefined, 2) : answer.drawing,
            ),
          (error: unknown) => say(error instanceof Error ? error.message : String(error)),
        )
      }
    >
      {t(`learned.export.${drawing}`)}
    </button>
  ));
}

function Learned({ application }: { readonly application: string }): ReactNode {
  const t = useTranslator();
  const answer = useOperation("intent.graph", { application }, { everyMs: 15_000 });
  return (
    <Answered of={answer} compact>
      {({ graph }) =>
        graph === null ? (
          <p className="soft">{t("learned.none")}</p>
        ) : (
          <div className="learned">
            <Steps graph={graph} />
            <Cookies graph={graph} />
          </div>
        )
      }
    </Answered>
  );
}

/** What people do before a sensitive step, by kind of client, with how surely. */
function Steps({ graph }: { readonly graph: Graph }): ReactNode {
  const t = useTranslator();
  const known = graph.steps.filter(({ preconditions }) => preconditions.length > 0);
  const bare = [...new Set(graph.steps.map(({ endpoint }) => endpoint))].filter((endpoint) =>
    known.every((step) => step.endpoint !== endpoint),
  );
  return (
    <div className="stack tight">
      <h3>{t("learned.steps")}</h3>
      {graph.steps.length === 0 ? <p className="soft">{t("learned.steps.none")}</p> : null}
      {known.map(({ endpoint, kind, preconditions }) => (
        <div key={`${endpoint} ${kind}`}>
          <p>
            <code translate="no" className="data">
              {endpoint}
            </code>{" "}
            <span className="badge data" translate="no" lang="en">
              {kind}
            </span>
          </p>
          <ul className="bullets">
            {preconditions.map(({ fact, share, lower, support }) => (
              <li key={fact}>
                <span lang="en">
                  <Data>{fact}</Data>
                </span>
                :{" "}
                {t("learned.step.share", {
                  share: t.percent(share),
                  lower: t.percent(lower),
                  support: t.number(support),
                })}
              </li>
            ))}
          </ul>
        </div>
      ))}
      {bare.map((endpoint) => (
        <p key={endpoint}>
          <code translate="no" className="data">
            {endpoint}
          </code>{" "}
          <span className="soft">{t("learned.step.open")}</span>
        </p>
      ))}
    </div>
  );
}

/** Who sets each cookie, and who expects it. */
function Cookies({ graph }: { readonly graph: Graph }): ReactNode {
  const t = useTranslator();
  const { cookies, scriptCookies, edges } = graph;
  const setters = (cookie: string): readonly string[] =>
    edges.filter(({ type, to }) => type === "issues" && to === cookie).map(({ from }) => from);
  return (
    <div className="stack tight">
      <h3>{t("learned.cookies")}</h3>
      {cookies.length + scriptCookies.length === 0 ? <p className="soft">{t("learned.cookies.none")}</p> : null}
      <ul className="stack tight">
        {cookies.map(({ name, issued, identity, lifetimeSeconds, frozen }) => (
          <li key={name}>
            <code translate="no" className="data">
              {name}
            </code>{" "}
            {identity ? <span className="badge">{t("learned.cookie.identity")}</span> : null}{" "}
            {frozen ? (
              <span className="badge" data-tone="warn">
                {t("learned.cookie.frozen")}
              </span>
            ) : null}
            <br />
            <span className="soft">
              {t("learned.cookie.issued", { count: issued })}
              {", "}
              {lifetimeSeconds === null
                ? t("learned.cookie.session")
                : t("learned.cookie.lives", { time: duration(lifetimeSeconds * 1_000, t.locale) })}
              {setters(name).length === 0
                ? null
                : `, ${t("learned.cookie.by", { endpoints: setters(name).slice(0, 3).join(", ") })}`}
            </span>
          </li>
        ))}
        {scriptCookies.map(({ name, sessions }) => (
          <li key={name}>
            <code translate="no" className="data">
              {name}
            </code>{" "}
            <span className="badge">{t("learned.cookie.script")}</span>
            <br />
            <span className="soft">{t("learned.cookie.seen", { count: sessions })}</span>
          </li>
        ))}
      </ul>
      {edges.length === 0 ? null : <p className="soft">{t("learned.edges", { count: edges.length })}</p>}
    </div>
  );
}
