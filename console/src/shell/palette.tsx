import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { SearchHit } from "../api/contract.ts";
import { useOperation } from "../api/use-operation.ts";
import { useTranslator } from "../i18n/translate.ts";
import { type ChipType, pageOf } from "../parts/chip.tsx";
import { Icon, type IconName } from "../parts/icons.tsx";
import { setPreferences, usePreferences } from "../state/preferences.ts";
import { filterFields } from "../state/terms.ts";
import { useQuiet } from "../state/use-time.ts";
import { guesses } from "./guesses.ts";
import { places } from "./navigation.ts";

interface Line {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly icon: IconName;
  /** Whether the label is data. */
  readonly raw: boolean;
  readonly run: () => void;
}

const linesMax = 12;
const typeOfHit: Readonly<Record<string, ChipType>> = { address: "ip", endpoint: "template" };

/** Finds any address, fingerprint, path, reference, rule, place or setting by a few letters of it. */
export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const t = useTranslator();
  const ref = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const lines = useLines(text.trim(), onClose);
  const current = Math.min(at, Math.max(0, lines.length - 1));
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const keys = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((current + step + lines.length) % Math.max(1, lines.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      lines[current]?.run();
    }
  };
  return (
    <dialog
      ref={ref}
      className="dialog palette"
      aria-label={t("palette.title")}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="palette-head">
        <Icon name="search" />
        <input
          type="text"
          className="palette-input"
          placeholder={t("palette.placeholder")}
          aria-label={t("palette.title")}
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={lines.length === 0 ? undefined : `${listId}-${current}`}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={keys}
        />
        <kbd>Esc</kbd>
      </div>
      <div id={listId} role="listbox" aria-label={t("palette.results")} className="palette-list">
        {lines.map((line, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above handles the keys
          <div
            key={line.id}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            onClick={line.run}
          >
            <Icon name={line.icon} size={14} />
            <span className={line.raw ? "mono grow" : "grow"} translate={line.raw ? "no" : undefined}>
              {line.label}
            </span>
            <span className="soft small">{line.detail}</span>
          </div>
        ))}
      </div>
      {lines.length === 0 ? <p className="palette-none">{t("palette.none")}</p> : null}
    </dialog>
  );
}

function useLines(text: string, onClose: () => void): readonly Line[] {
  const t = useTranslator();
  const navigate = useNavigate();
  const { theme, zone } = usePreferences();
  const asked = useQuiet(text, 120);
  const found = useOperation("search", { text: asked, limit: 8 }, { enabled: asked.length >= 2 });
  const go = (to: string): void => {
    onClose();
    void navigate({ to, search: {} });
  };
  const fits = (label: string): boolean => label.toLowerCase().includes(text.toLowerCase());
  const nameOf = (hit: SearchHit): string => t(`field.${chipTypeOf(hit.type)}`);
  const hits: readonly Line[] =
    asked === text && text.length >= 2
      ? (found.data?.hits ?? []).map((hit) => ({
          id: `hit ${hit.type} ${hit.value}`,
          label: hit.value,
          detail: `${nameOf(hit)} · ${t("palette.requests", { count: hit.requests })}`,
          icon: "search",
          raw: true,
          run: () => {
            const page = pageOf(chipTypeOf(hit.type), hit.value);
            if (page !== undefined) go(page);
            else {
              onClose();
              void navigate({ to: "/events", search: { where: [`${chipTypeOf(hit.type)}:${hit.value}`] } });
            }
          },
        }))
      : [];
  const guessed: readonly Line[] = guesses(text).map(({ type, value }) => ({
    id: `guess ${type}`,
    label: value,
    detail: t("palette.open", { field: t(`field.${type}`) }),
    icon: "open",
    raw: true,
    run: () => go(pageOf(type, value) ?? "/"),
  }));
  const known = new Set(hits.map(({ label }) => label));
  const here: readonly Line[] = places.map(({ to, title, icon, key }) => ({
    id: to,
    label: t(title),
    detail: `g ${key}`,
    icon,
    raw: false,
    run: () => go(to),
  }));
  const set = (change: Parameters<typeof setPreferences>[0]) => (): void => {
    setPreferences(change);
    onClose();
  };
  const settings: readonly Line[] = [
    {
      id: "theme",
      label: t("palette.theme"),
      detail: t(`theme.${theme}`),
      icon: "theme",
      raw: false,
      run: set({ theme: theme === "dark" ? "light" : "dark" }),
    },
    {
      id: "zone",
      label: t("palette.zone"),
      detail: t(`zone.${zone}`),
      icon: "clock",
      raw: false,
      run: set({ zone: zone === "utc" ? "local" : "utc" }),
    },
    {
      id: "en",
      label: t("palette.language", { language: "English" }),
      detail: "en",
      icon: "settings",
      raw: false,
      run: set({ language: "en" }),
    },
    {
      id: "de",
      label: t("palette.language", { language: "Deutsch" }),
      detail: "de",
      icon: "settings",
      raw: false,
      run: set({ language: "de" }),
    },
  ];
  const fitting = [...here, ...settings].filter(({ label }) => fits(label));
  // Two exact letters of a place are wanted more often than a path that contains them; an address never is.
  const first =
    guessed.length > 0
      ? [...guessed.filter(({ label }) => !known.has(label)), ...hits, ...fitting]
      : [...fitting, ...hits];
  return first.slice(0, linesMax);
}

function chipTypeOf(type: string): ChipType {
  return typeOfHit[type] ?? filterFields.find((field) => field === type) ?? "path";
}
