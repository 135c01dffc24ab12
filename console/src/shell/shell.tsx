import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useLive } from "../api/live.ts";
import { useSession } from "../api/session.ts";
import { useLanguage, useTranslator } from "../i18n/translate.ts";
import { DecideHost } from "../parts/decide-dialog.tsx";
import { Icon } from "../parts/icons.tsx";
import { MenuHost } from "../parts/menu.tsx";
import { Loading } from "../parts/states.tsx";
import { ToastHost } from "../parts/toasts.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { useKeys } from "./keys.ts";
import { navigation, places } from "./navigation.ts";
import { Palette } from "./palette.tsx";
import { Topbar } from "./topbar.tsx";

/** The frame round every screen: navigation, top bar, search, keys, dialogs, toasts. */
export function Shell(): ReactNode {
  const ready = useLanguage();
  const session = useSession();
  const [dialog, setDialog] = useState<"palette" | "help">();
  const [navigationOpen, setNavigationOpen] = useState(false);
  const palette = useCallback(() => setDialog("palette"), []);
  const help = useCallback(() => setDialog("help"), []);
  const close = useCallback(() => setDialog(undefined), []);
  useKeys({ palette, help });
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const t = useTranslator();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(path);
  const place = places.find(({ to }) => (to === "/" ? path === "/" : path.startsWith(to)));
  const title = place === undefined ? "Gait" : `${t(place.title)} – Gait`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    setNavigationOpen(false);
    // After going somewhere else, the keyboard and the screen reader go along.
    if (shown.current !== path) main.current?.focus();
    shown.current = path;
  }, [path]);
  // Before the answer about the session no call would carry its proof.
  if (!ready || session.isPending) return null;
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t("shell.skip")}
      </a>
      <Sidebar open={navigationOpen} onHelp={help} />
      <div className="content">
        <Topbar
          onPalette={palette}
          onNavigation={() => setNavigationOpen(!navigationOpen)}
          navigationOpen={navigationOpen}
        />
        <main id="main" className="main" ref={main} tabIndex={-1}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <MenuHost />
      <DecideHost />
      <ToastHost />
      {dialog === "palette" ? <Palette onClose={close} /> : null}
      {dialog === "help" ? <HelpDialog onClose={close} /> : null}
    </div>
  );
}

function Sidebar({ open, onHelp }: { readonly open: boolean; readonly onHelp: () => void }): ReactNode {
  const t = useTranslator();
  const { document } = useLive();
  return (
    <nav className="sidebar" data-open={open} aria-label={t("shell.navigation")}>
      <Link to="/" search={{}} className="brand">
        <img src="/console/icon.svg" alt="" width="22" height="22" />
        Gait
      </Link>
      {navigation.map((group) => (
        <div className="nav-group" key={group.title}>
          <h2>{t(group.title)}</h2>
          <ul>
            {group.places.map(({ to, title, icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  search={{}}
                  className="nav-link"
                  activeOptions={{ exact: to === "/", includeSearch: false }}
                >
                  <Icon name={icon} />
                  {t(title)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <div className="sidebar-foot">
        <button type="button" className="button plain" onClick={onHelp}>
          <Icon name="help" size={14} />
          {t("shell.keys")}
        </button>
        {document === undefined ? null : <p>{t("shell.version", { version: document.status.gait })}</p>}
      </div>
    </nav>
  );
}
