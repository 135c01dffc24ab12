import { type ReactNode, useState } from "react";
import type { TokenRow, UserRow } from "../../api/contract.ts";
import { useChange, useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Data, Moment } from "../../parts/figures.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { say } from "../../parts/toasts.tsx";
import { PersonDialog, RemovePersonDialog } from "./person-dialogs.tsx";
import { RevokeDialog, TokenDialog } from "./token-dialogs.tsx";

/** What a dialog is open for. */
type Open =
  | { readonly kind: "person"; readonly person: UserRow | undefined }
  | { readonly kind: "remove"; readonly name: string }
  | { readonly kind: "token" }
  | { readonly kind: "revoke"; readonly token: TokenRow };

/** What can be done about a person: those of the identity provider are changed there. */
function PersonActions({ person, open }: { readonly person: UserRow; readonly open: (what: Open) => void }): ReactNode {
  const t = useTranslator();
  const signOut = useChange("users.sign-out");
  const { name, by } = person;
  const end = async (): Promise<void> => {
    await signOut.mutateAsync({ name });
    say(t("people.out", { name }));
  };
  return (
    <span className="row">
      {by === "provider" ? null : (
        <>
          <button type="button" className="button" onClick={() => open({ kind: "person", person })}>
            {t("people.change.short")}
            <span className="unseen"> {name}</span>
          </button>
          <button type="button" className="button" onClick={() => open({ kind: "remove", name })}>
            {t("people.remove.short")}
            <span className="unseen"> {name}</span>
          </button>
        </>
      )}
      <button type="button" className="button" disabled={signOut.isPending} onClick={() => void end()}>
        {t("people.out.short")}
        <span className="unseen"> {name}</span>
      </button>
    </span>
  );
}

/** Who may do what: people with their roles, and tokens for programs. */
export function PeopleTab(): ReactNode {
  const t = useTranslator();
  const users = useOperation("users.list", {});
  const tokens = useOperation("tokens.list", {});
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  const people: readonly Column<UserRow>[] = [
    { id: "name", title: t("people.name"), cell: ({ name }) => <Data>{name}</Data>, sort: ({ name }) => name },
    { id: "role", title: t("people.role"), cell: ({ role }) => t(`role.${role}`), sort: ({ role }) => role },
    {
      id: "factor",
      title: t("people.factor"),
      cell: ({ secondFactor, by }) =>
        t(by === "provider" ? "people.by.provider" : secondFactor ? "people.factor.on" : "people.factor.off"),
    },
    { id: "last", title: t("column.last"), cell: ({ lastSeen }) => <Moment at={lastSeen ?? 0} as="relative" /> },
    {
      id: "do",
      title: t("people.do"),
      cell: (person) => <PersonActions person={person} open={setOpen} />,
    },
  ];
  const programs: readonly Column<TokenRow>[] = [
    { id: "name", title: t("people.name"), cell: ({ name }) => <Data>{name}</Data>, sort: ({ name }) => name },
    { id: "role", title: t("people.role"), cell: ({ role }) => t(`role.${role}`) },
    { id: "created", title: t("people.created"), cell: ({ createdAt }) => <Moment at={createdAt} as="short" /> },
    {
      id: "expires",
      title: t("review.expires"),
      cell: ({ expiresAt }) => (expiresAt === null ? t("length.forever") : <Moment at={expiresAt} as="short" />),
    },
    { id: "used", title: t("people.used"), cell: ({ lastUsed }) => <Moment at={lastUsed ?? 0} as="relative" /> },
    {
      id: "do",
      title: t("people.do"),
      cell: (token) => (
        <button type="button" className="button" onClick={() => setOpen({ kind: "revoke", token })}>
          {t("tokens.revoke.short")}
          <span className="unseen"> {token.name}</span>
        </button>
      ),
    },
  ];
  const addPerson = (
    <button type="button" className="button" onClick={() => setOpen({ kind: "person", person: undefined })}>
      {t("people.add")}
    </button>
  );
  const addToken = (
    <button type="button" className="button" onClick={() => setOpen({ kind: "token" })}>
      {t("tokens.add")}
    </button>
  );
  return (
    <>
      <Answered of={users}>
        {({ users: rows }) =>
          rows.length === 0 ? (
            <Empty title={t("people.empty")}>{t("people.empty.why")}</Empty>
          ) : (
            <Card title={t("people.users")} tools={addPerson} flush>
              <DataTable caption={t("people.users")} columns={people} rows={rows} rowKey={({ name }) => name} />
            </Card>
          )
        }
      </Answered>
      <Answered of={tokens}>
        {({ tokens: rows }) =>
          rows.length === 0 ? (
            <Empty title={t("people.notokens")} action={addToken}>
              {t("people.notokens.why")}
            </Empty>
          ) : (
            <Card title={t("people.tokens")} tools={addToken} flush>
              <DataTable
                name="tokens"
                caption={t("people.tokens")}
                columns={programs}
                rows={rows}
                rowKey={({ id }) => id}
              />
            </Card>
          )
        }
      </Answered>
      {open?.kind === "person" ? <PersonDialog person={open.person} onClose={close} /> : null}
      {open?.kind === "remove" ? <RemovePersonDialog name={open.name} onClose={close} /> : null}
      {open?.kind === "token" ? <TokenDialog onClose={close} /> : null}
      {open?.kind === "revoke" ? <RevokeDialog token={open.token} onClose={close} /> : null}
    </>
  );
}
