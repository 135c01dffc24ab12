import type { ReactNode } from "react";
import { call } from "../../api/client.ts";
import { useChange, useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import type { DecidedScope } from "../../parts/block-by.ts";
import { Card } from "../../parts/card.tsx";
import { decide } from "../../parts/decide-dialog.tsx";
import { Moment } from "../../parts/figures.tsx";
import { Answered } from "../../parts/states.tsx";
import { say } from "../../parts/toasts.tsx";
import { duration } from "../../state/use-time.ts";

/** What stands for an address or another thing that decisions are kept by, with everything needed to lift it or to make an exception. */
export function Standings({
  ip,
  scope = ip.includes("/") ? "network" : "address",
}: {
  readonly ip: string;
  readonly scope?: DecidedScope;
}): ReactNode {
  const t = useTranslator();
  const answer = useOperation("decisions.list", { contains: ip });
  const lift = useChange("decisions.remove");
  return (
    <Card title={t("standing.title")}>
      <Answered of={answer} compact>
        {({ decisions }) => (
          <div className="stack tight">
            {decisions.length === 0 ? <p className="soft">{t("standing.none")}</p> : null}
            {decisions.map((one) => (
              <div key={one.id} className="stack tight">
                <p>
                  <b>{t(one.action === "allow" ? "standing.allowed" : "standing.blocked")}</b>{" "}
                  <span className="soft">
                    {one.expiresInMs === null
                      ? t("standing.forever")
                      : t("standing.left", { time: duration(one.expiresInMs, t.locale) })}
                    {" · "}
                    <Moment at={Number(new Date(one.createdAt))} as="short" />
                  </span>
                  <br />
                  <span translate="no" className="data">
                    {one.reason}
                  </span>
                </p>
                <button
                  type="button"
                  className="button"
                  disabled={lift.isPending}
                  onClick={() =>
                    lift.mutate(
                      { value: one.id },
                      {
                        onSuccess: () =>
                          say(t("standing.lifted", { value: one.value }), () => {
                            void call("decisions.add", {
                              value: one.value,
                              scope,
                              action: one.action === "allow" ? "allow" : "block",
                              reason: one.reason,
                              ...(one.expiresInMs === null ? {} : { for: `${Math.ceil(one.expiresInMs / 1_000)}s` }),
                            }).then(() => answer.refetch());
                          }),
                      },
                    )
                  }
                >
                  {t(one.action === "allow" ? "standing.endAllow" : "standing.unblock")}
                </button>
              </div>
            ))}
            <div className="row">
              <button type="button" className="button" onClick={() => decide({ action: "allow", scope, value: ip })}>
                {t("chip.allow")}
              </button>
              <button type="button" className="button" onClick={() => decide({ action: "block", scope, value: ip })}>
                {t("chip.block")}
              </button>
            </div>
            {lift.error === null ? null : (
              <p className="problem" role="alert">
                {lift.error.message}
              </p>
            )}
          </div>
        )}
      </Answered>
    </Card>
  );
}
