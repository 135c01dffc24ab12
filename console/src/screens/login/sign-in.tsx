import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { call } from "../../api/client.ts";
import type { SessionState } from "../../api/contract.ts";
import { keep, useSession } from "../../api/session.ts";
import { takeReturn } from "../../api/sign-on.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { Answered, Loading } from "../../parts/states.tsx";
import { FirstForm } from "./first-form.tsx";
import { PasswordForm } from "./password-form.tsx";

/** Signs in; before there is anybody, makes the first administrator with the token that the gateway printed. */
export function SignIn(): ReactNode {
  const t = useTranslator();
  const session = useSession();
  const [returned] = useState(takeReturn);
  const [problem, setProblem] = useState("");
  const arrive = useArrival();
  const taken = useRef("");
  useEffect(() => {
    // What the provider sent is good once: drawing this twice must not spend it twice.
    if (returned === "" || taken.current === returned) return;
    taken.current = returned;
    call("session.finish-sign-on", { parameters: returned }).then(arrive, (error: unknown) =>
      setProblem(error instanceof Error ? error.message : String(error)),
    );
  }, [returned, arrive]);
  if (returned !== "" && problem === "")
    return (
      <Card title={t("login.returning")}>
        <Loading />
      </Card>
    );
  return (
    <Answered of={session}>
      {(state) =>
        state.user !== null ? (
          <Card title={t("login.in", { user: state.user })}>
            <SignOut />
          </Card>
        ) : (
          <Doors state={state} problem={problem} arrive={arrive} />
        )
      }
    </Answered>
  );
}

/** The ways in: the identity provider where there is one, a password, the token of the first start. */
function Doors({
  state,
  problem,
  arrive,
}: {
  readonly state: SessionState;
  readonly problem: string;
  readonly arrive: (state: SessionState) => void;
}): ReactNode {
  const t = useTranslator();
  // Where there is a provider, the token of the first start is for whoever came with it alone.
  const [printed] = useState(() => location.hash.startsWith("#bootstrap="));
  const first = state.bootstrap && (state.signOn === null || printed);
  const own = first ? <FirstForm arrive={arrive} /> : state.bootstrap ? null : <PasswordForm arrive={arrive} />;
  if (state.signOn === null)
    return (
      <>
        <Problem text={problem} />
        {own}
      </>
    );
  return (
    <>
      <ProviderDoor name={state.signOn} before={problem} />
      {own === null ? null : <p className="soft login-or">{t("login.or")}</p>}
      {own}
    </>
  );
}

function ProviderDoor({ name, before }: { readonly name: string; readonly before: string }): ReactNode {
  const t = useTranslator();
  const [problem, setProblem] = useState(before);
  const [busy, setBusy] = useState(false);
  const go = async (): Promise<void> => {
    setBusy(true);
    try {
      const { url } = await call("session.sign-on", {});
      location.assign(url);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <Card title={t("login.title")}>
      <div className="stack login">
        <Problem text={problem} />
        <button type="button" className="button primary" disabled={busy} onClick={() => void go()}>
          {t("login.with", { name })}
        </button>
      </div>
    </Card>
  );
}

/** What the gateway said about a try. */
export function Problem({ text }: { readonly text: string }): ReactNode {
  return text === "" ? null : (
    <p className="problem" role="alert" translate="no" lang="en">
      {text}
    </p>
  );
}

/** Takes over a session that was just started and shows the overview. */
function useArrival(): (state: SessionState) => void {
  const navigate = useNavigate();
  const client = useQueryClient();
  const last = useRef((_: SessionState): void => undefined);
  last.current = (state) => {
    keep(state);
    void client.invalidateQueries().then(() => navigate({ to: "/", search: {} }));
  };
  const [arrive] = useState(
    () =>
      (state: SessionState): void =>
        last.current(state),
  );
  return arrive;
}

/** Ends the session. */
export function SignOut(): ReactNode {
  const t = useTranslator();
  const client = useQueryClient();
  const leave = async (): Promise<void> => {
    await call("session.delete", {});
    keep({ user: null, role: null, may: [], bootstrap: false, csrf: null, secondFactor: false, signOn: null });
    await client.invalidateQueries();
  };
  return (
    <button type="button" className="button" onClick={() => void leave()}>
      {t("login.out")}
    </button>
  );
}
