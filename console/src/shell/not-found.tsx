import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslator } from "../i18n/translate.ts";
import { Empty } from "../parts/states.tsx";

/** An address that leads nowhere. */
export function NotFound(): ReactNode {
  const t = useTranslator();
  return (
    <Empty
      title={t("notfound.title")}
      action={
        <Link to="/" search={{}} className="button">
          {t("nav.overview")}
        </Link>
      }
    >
      {t("notfound.why")}
    </Empty>
  );
}
