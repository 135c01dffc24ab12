import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { pauseLive, useLive } from "../api/live.ts";
import { useSession } from "../api/session.ts";
import { useTranslator } from "../i18n/translate.ts";
import { Icon } from "../parts/icons.tsx";
import { openMenu, useMenuAnchor } from "../parts/menu.tsx";
import { setPreferences, usePreferences } from "../state/preferences.ts";

/** Search, mode, the state of the stream, and how things are shown. */
export function Topbar({
  onPalette,
  onNavigation,
  navigationOpen,
}: {
  readonly onPalette: () => void;
  readonly onNavigation: () => void;
  readonly navigationOpen: boolean;
}): ReactNode {
  const t = useTranslator();
  return (
    <div className="topbar">
      <button
        type="button"
        className="button icon menu-button"
        aria-label={t("shell.navigation")}
        aria-expanded={navigationOpen}
        onClick={onNavigation}
      >
        <Icon name="menu" />
      </button>
      <button type="button" className="search-button" onClick={onPalette}>
        <Icon name="search" size={14} />
        <span>{t("shell.search")}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <div className="topbar-tools">
        <ModeBadge />
        <LiveButton />
        <WhoLink />
        <ViewMenu />
      </div>
    </div>
  );
}

/** Who is signed in: leads to one's own account, or to signing in. */
function WhoLink(): ReactNode {
  const t = useTranslator();
  const { data } = useSession();
  const user = data?.user ?? null;
  if (user !== null)
    return (
      <Link to="/settings" search={{ tab: "account" }} className="button" title={t("login.in", { user })}>
        <Icon name="person" size={14} />
        <span className="who data" translate="no">
          {user}
        </span>
      </Link>
    );
  const looking = data?.role != null;
  return (
    <Link to="/login" search={{}} className="button" title={t(looking ? "login.looking.why" : "login.note")}>
      <Icon name="person" size={14} />
      <span className="who">{t(looking ? "login.looking" : "login.title")}</span>
    </Link>
  );
}

function ModeBadge(): ReactNode {
  const t = useTranslator();
  const { document } = useLive();
  const mode = document?.status.mode;
  if (mode === undefined) return null;
  const shown = mode === "enforce" ? "enforce" : "observe";
  return (
    <span className="mode" data-mode={shown} title={t(`mode.${shown}.why`)}>
      {t(`mode.${shown}`)}
    </span>
  );
}

function LiveButton(): ReactNode {
  const t = useTranslator();
  const { state } = useLive();
  const { data } = useSession();
  if (data?.role == null) return null;
  const paused = state === "paused";
  return (
    <>
      <span className="live-state" data-state={state}>
        <span>{t(`live.${state}`)}</span>
      </span>
      <button
        type="button"
        className="button icon"
        aria-pressed={paused}
        aria-label={t("live.pause")}
        title={t("live.pause")}
        onClick={() => pauseLive(!paused)}
      >
        <Icon name={paused ? "play" : "pause"} size={14} />
      </button>
    </>
  );
}

function ViewMenu(): ReactNode {
  const t = useTranslator();
  const [ref, expanded, node] = useMenuAnchor();
  const { theme, zone, language } = usePreferences();
  const open = (): void => {
    const anchor = node();
    if (anchor === null) return;
    openMenu({
      anchor,
      title: t("shell.view"),
      items: [
        ...(["system", "light", "dark"] as const).map((each) => ({
          label: t(`theme.${each}`),
          checked: theme === each,
          onSelect: () => setPreferences({ theme: each }),
        })),
        ...(["local", "utc"] as const).map((each, index) => ({
          label: t(`zone.${each}`),
          checked: zone === each,
          apart: index === 0,
          onSelect: () => setPreferences({ zone: each }),
        })),
        ...(
          [
            ["en", "English"],
            ["de", "Deutsch"],
          ] as const
        ).map(([each, label], index) => ({
          label,
          checked: language === each,
          apart: index === 0,
          onSelect: () => setPreferences({ language: each }),
        })),
      ],
    });
  };
  return (
    <button
      ref={ref}
      type="button"
      className="button icon"
      aria-haspopup="menu"
      aria-expanded={expanded}
      aria-label={t("shell.view")}
      title={t("shell.view")}
      onClick={open}
    >
      <Icon name="theme" />
    </button>
  );
}
