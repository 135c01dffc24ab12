import type { ReactNode } from "react";
import type { TokenRow, UserRow } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Data, Moment } from "../../parts/figures.tsx";
import { Answered, Empty } from "../../parts/states.tsx";

/** Who may do what: people with their roles, and tokens for programs. */
export function PeopleTab(): ReactNode {
  const t = useTranslator();
  const users = useOperation("users.list", {});
  const tokens = useOperation("tokens.list", {});
  const people: readonly Column<UserRow>[] = [
    { id: "name", title: t("people.name"), cell: ({ name }) => <Data>{name}</Data>, sort: ({ name }) => name },
    { id: "role", title: t("people.role"), cell: ({ role }) => t(`role.${role}`), sort: ({ role }) => role },
    {
      id: "factor",
      title: t("people.factor"),
      cell: ({ secondFactor }) => t(secondFactor ? "people.factor.on" : "people.factor.off"),
    },
    { id: "last", title: t("column.last"), cell: ({ lastSeen }) => <Moment at={lastSeen ?? 0} as="relative" /> },
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
  ];
  return (
    <>
      <Answered of={users}>
        {({ users: rows }) =>
          rows.length === 0 ? (
            <Empty title={t("people.empty")}>{t("people.empty.why")}</Empty>
          ) : (
            <Card title={t("people.users")} flush>
              <DataTable caption={t("people.users")} columns={people} rows={rows} rowKey={({ name }) => name} />
            </Card>
          )
        }
      </Answered>
      <Answered of={tokens}>
        {({ tokens: rows }) =>
          rows.length === 0 ? (
            <Empty title={t("people.notokens")}>{t("people.notokens.why")}</Empty>
          ) : (
            <Card title={t("people.tokens")} flush>
              <DataTable caption={t("people.tokens")} columns={programs} rows={rows} rowKey={({ id }) => id} />
            </Card>
          )
        }
      </Answered>
    </>
  );
}
