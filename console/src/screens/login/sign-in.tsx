import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { call } from "../../api/client.ts";
import type { SessionState } from "../../api/contract.ts";
import { keep, useSession } from "../../api/session.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { Answered } from "../../parts/states.tsx";

/** Signs in; before there is anybody, makes the first administrator with the token that the gateway printed. */
export function SignIn(): ReactNode {
  const t = useTranslator();
  const session = useSession();
  return (
    <Answered of={session}>
      {(state) =>
        state.user !== null ? (
          <Card title={t("login.in", { user: state.user })}>
            <SignOut />
          </Card>
        ) : (
          <SignInForm bootstrap={state.bootstrap} />
        )
      }
    </Answered>
  );
}

function SignInForm({ bootstrap }: { readonly bootstrap: boolean }): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [token, setToken] = useState(takePrintedToken);
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const ids = { token: useId(), user: useId(), password: useId(), code: useId() };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const state: SessionState = bootstrap
        ? await call("session.bootstrap", { token: token.trim(), user, password })
        : await call("session.create", { user, password, code });
      keep(state);
      await client.invalidateQueries();
      void navigate({ to: "/", search: {} });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setPassword("");
    }
    setBusy(false);
  };
  return (
    <Card title={t(bootstrap ? "login.first" : "login.title")} note={bootstrap ? t("login.first.note") : undefined}>
      <form className="stack login" onSubmit={(event) => void submit(event)}>
        {bootstrap ? (
          <div className="field">
            <label htmlFor={ids.token}>{t("login.token")}</label>
            <input
              id={ids.token}
              className="input mono"
              required
              autoComplete="one-time-code"
              spellCheck={false}
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
            />
          </div>
        ) : null}
        <div className="field">
          <label htmlFor={ids.user}>{t("people.name")}</label>
          <input
            id={ids.user}
            className="input"
            required
            maxLength={64}
            autoComplete="username"
            spellCheck={false}
            value={user}
            onChange={(event) => setUser(event.currentTarget.value)}
          />
        </div>
        <div className="field">
          <label htmlFor={ids.password}>{t("login.password")}</label>
          <input
            id={ids.password}
            className="input"
            type="password"
            required
            autoComplete={bootstrap ? "new-password" : "current-password"}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        </div>
        {bootstrap ? null : (
          <div className="field">
            <label htmlFor={ids.code}>{t("login.code")}</label>
            <input
              id={ids.code}
              className="input"
              inputMode="numeric"
              maxLength={8}
              autoComplete="one-time-code"
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
            <small>{t("login.code.note")}</small>
          </div>
        )}
        {problem === "" ? null : (
          <p className="problem" role="alert" translate="no" lang="en">
            {problem}
          </p>
        )}
        <button type="submit" className="button primary" disabled={busy}>
          {t(bootstrap ? "login.make" : "login.title")}
        </button>
      </form>
    </Card>
  );
}

/** The token in the address that the gateway printed, `#bootstrap=…`; taken out of the address and of the history. */
function takePrintedToken(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get("bootstrap") ?? "";
  if (token !== "") history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}

/** Ends the session. */
export function SignOut(): ReactNode {
  const t = useTranslator();
  const client = useQueryClient();
  const leave = async (): Promise<void> => {
    await call("session.delete", {});
    keep({ user: null, role: null, may: [], bootstrap: false, csrf: null, secondFactor: false });
    await client.invalidateQueries();
  };
  return (
    <button type="button" className="button" onClick={() => void leave()}>
      {t("login.out")}
    </button>
  );
}
