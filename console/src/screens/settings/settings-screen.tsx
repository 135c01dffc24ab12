import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Answered } from "../../parts/states.tsx";
import { useScreenSearch } from "../../state/search.ts";
import { AccountTab } from "./account-tab.tsx";
import { AuditTab } from "./audit-tab.tsx";
import { PeopleTab } from "./people-tab.tsx";

const tabs = ["configuration", "people", "audit", "account"] as const;

/** How the gateway is configured, who may do what, and what was done. */
export function SettingsScreen(): ReactNode {
  const t = useTranslator();
  const [search] = useScreenSearch();
  const tab = tabs.find((each) => each === search.tab) ?? "configuration";
  return (
    <>
      <PageHead title={t("nav.settings")} note={t("settings.note")} />
      <nav className="tabs" aria-label={t("nav.settings")}>
        {tabs.map((each) => (
          <Link key={each} to="." search={{ tab: each }} aria-current={each === tab ? "page" : undefined}>
            {t(`settings.${each}`)}
          </Link>
        ))}
      </nav>
      {tab === "configuration" ? <Configuration /> : null}
      {tab === "people" ? <PeopleTab /> : null}
      {tab === "audit" ? <AuditTab /> : null}
      {tab === "account" ? <AccountTab /> : null}
    </>
  );
}

function Configuration(): ReactNode {
  const t = useTranslator();
  const answer = useOperation("config.effective", {});
  return (
    <Answered of={answer}>
      {({ yaml, file, revision, degraded }) => (
        <>
          {degraded === "" ? null : (
            <div className="banner" data-tone="bad" role="status">
              <b>{t("overview.degraded")}</b>{" "}
              <span translate="no" lang="en" className="data">
                {degraded}
              </span>
            </div>
          )}
          <Card title={t("settings.effective")} note={t("settings.effective.note", { file: file ?? "–", revision })}>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard (WCAG 2.1.1) */}
            <pre className="yaml data" translate="no" tabIndex={0}>
              {yaml}
            </pre>
          </Card>
        </>
      )}
    </Answered>
  );
}
