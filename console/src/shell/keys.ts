import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { places } from "./navigation.ts";

/** What keys do on every screen. */
export interface KeyActions {
  readonly palette: () => void;
  readonly help: () => void;
}

/** Presses of two keys belong together within this time. */
const sequenceMs = 1_200;

/**
 * Keys for every screen: Ctrl-K or / searches, ? helps, g and a letter goes somewhere, j and k walk the rows of the
 * list, f filters. Nothing happens while somebody types or a dialog is open.
 */
export function useKeys({ palette, help }: KeyActions): void {
  const navigate = useNavigate();
  useEffect(() => {
    let wentAt = Number.NEGATIVE_INFINITY;
    const pressed = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        palette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("dialog[open], [popover]:popover-open") !== null) return;
      if (event.timeStamp - wentAt < sequenceMs) {
        wentAt = Number.NEGATIVE_INFINITY;
        const place = places.find(({ key }) => key === event.key);
        if (place !== undefined) {
          event.preventDefault();
          void navigate({ to: place.to, search: {} });
          return;
        }
      }
      const action = single(event.key, { palette, help });
      if (event.key === "g") wentAt = event.timeStamp;
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [navigate, palette, help]);
}

function single(key: string, { palette, help }: KeyActions): (() => void) | undefined {
  if (key === "/") return palette;
  if (key === "?") return help;
  if (key === "j") return () => walk(1);
  if (key === "k") return () => walk(-1);
  if (key === "f") return () => document.querySelector<HTMLElement>("[data-focus-filter]")?.focus();
  return undefined;
}

/** Moves the focus between the rows of the list that has it, or of the first list. */
function walk(step: number): void {
  const here = document.activeElement?.closest<HTMLElement>("[data-row]");
  const list = here?.closest("[data-rows]") ?? document.querySelector("main [data-rows]");
  const rows = [...(list?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
  const at = here === null || here === undefined ? -1 : rows.indexOf(here);
  const next = rows[at === -1 ? (step > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, at + step))];
  if (next === undefined) return;
  next.tabIndex = 0;
  if (here !== null && here !== undefined && here !== next) here.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}
