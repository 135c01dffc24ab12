import { type FormEvent, type ReactNode, useState } from "react";
import { call } from "../../api/client.ts";
import type { SessionState } from "../../api/contract.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { Problem } from "./sign-in.tsx";

/** Makes the first administrator with the token that the gateway printed. */
export function FirstForm({ arrive }: { readonly arrive: (state: SessionState) => void }): ReactNode {
  const t = useTranslator();
  const [token, setToken] = useState(takePrintedToken);
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      arrive(await call("session.bootstrap", { token: token.trim(), user, password }));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setPassword("");
    }
    setBusy(false);
  };
  return (
    <Card title={t("login.first")} note={t("login.first.note")}>
      <form className="stack login" onSubmit={(event) => void submit(event)}>
        <TextField
          label={t("login.token")}
          value={token}
          onChange={setToken}
          mono
          required
          autoComplete="one-time-code"
        />
        <TextField
          label={t("people.name")}
          value={user}
          onChange={setUser}
          required
          maxLength={64}
          autoComplete="username"
        />
        <TextField
          label={t("login.password")}
          note={t("people.password.new")}
          type="password"
          value={password}
          onChange={setPassword}
          required
          minLength={12}
          autoComplete="new-password"
        />
        <Problem text={problem} />
        <button type="submit" className="button primary" disabled={busy}>
          {t("login.make")}
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
