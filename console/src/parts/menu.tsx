import { Link } from "@tanstack/react-router";
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { Icon, type IconName } from "./icons.tsx";

/** One line of a menu. `to` makes it a link. */
export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  readonly checked?: boolean;
  readonly disabled?: boolean;
  /** A rule above it. */
  readonly apart?: boolean;
  readonly to?: string;
  readonly onSelect?: () => void;
}

interface OpenMenu {
  readonly anchor: HTMLElement;
  readonly title: string;
  readonly items: readonly MenuItem[];
}

let open: OpenMenu | undefined;
const listeners = new Set<() => void>();

/** Opens the page's one menu at a button. One menu for all keeps lists of thousands of chips light. */
export function openMenu(menu: OpenMenu): void {
  open = open?.anchor === menu.anchor ? undefined : menu;
  for (const listener of listeners) listener();
}

function closeMenu(): void {
  if (open === undefined) return;
  open = undefined;
  for (const listener of listeners) listener();
}

function useOpenMenu(): OpenMenu | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
}

/** Whether the menu of this anchor is open, for `aria-expanded`. */
export function useMenuAnchor(): readonly [
  (node: HTMLButtonElement | null) => void,
  boolean,
  () => HTMLButtonElement | null,
] {
  const ref = useRef<HTMLButtonElement | null>(null);
  const menu = useOpenMenu();
  const set = useCallback((node: HTMLButtonElement | null) => {
    ref.current = node;
  }, []);
  return [set, menu !== undefined && menu.anchor === ref.current, () => ref.current];
}

/** The page's one menu; stands once in the shell. Arrow keys, Home, End and first letters move, Escape closes. */
export function MenuHost(): ReactNode {
  const menu = useOpenMenu();
  const ref = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  useEffect(() => {
    const node = ref.current;
    if (node === null || menu === undefined) return;
    node.showPopover();
    setPlace(placeOf(menu.anchor, node));
    node.querySelector<HTMLElement>("[role^=menuitem]:not(:disabled)")?.focus();
    const toggled = (event: Event): void => {
      if ((event as ToggleEvent).newState === "closed") closeMenu();
    };
    node.addEventListener("toggle", toggled);
    return () => {
      node.removeEventListener("toggle", toggled);
      // The menu has left the document by now, and the focus with it; it goes back to where the menu came from.
      const lost = document.activeElement === null || document.activeElement === document.body;
      if ((lost || node.contains(document.activeElement)) && menu.anchor.isConnected) menu.anchor.focus();
    };
  }, [menu]);
  if (menu === undefined) return null;
  return (
    <div
      ref={ref}
      popover="auto"
      className="menu"
      style={{ left: `${place.left}px`, top: `${place.top}px` }}
      role="menu"
      tabIndex={-1}
      aria-label={menu.title}
      onKeyDown={moveInMenu}
    >
      <div className="menu-title" aria-hidden="true" translate="no">
        {menu.title}
      </div>
      {menu.items.map((item) => (
        <MenuLine key={item.label} item={item} />
      ))}
    </div>
  );
}

function MenuLine({ item }: { readonly item: MenuItem }): ReactNode {
  const inner = (
    <>
      {item.icon === undefined ? null : <Icon name={item.icon} size={14} />}
      {item.label}
      {item.checked === true ? (
        <span className="check">
          <Icon name="check" size={14} />
        </span>
      ) : null}
    </>
  );
  const select = (): void => {
    closeMenu();
    item.onSelect?.();
  };
  return (
    <>
      {item.apart === true ? <hr /> : null}
      {item.to !== undefined ? (
        <Link to={item.to} role="menuitem" tabIndex={-1} onClick={closeMenu}>
          {inner}
        </Link>
      ) : (
        <button
          type="button"
          role={item.checked === undefined ? "menuitem" : "menuitemcheckbox"}
          {...(item.checked === undefined ? {} : { "aria-checked": item.checked })}
          tabIndex={-1}
          disabled={item.disabled === true}
          onClick={select}
        >
          {inner}
        </button>
      )}
    </>
  );
}

function placeOf(anchor: HTMLElement, menu: HTMLElement): { readonly left: number; readonly top: number } {
  const at = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const rtl = document.documentElement.dir === "rtl";
  const wanted = rtl ? at.right - size.width : at.left;
  const left = Math.max(8, Math.min(wanted, window.innerWidth - size.width - 8));
  const below = at.bottom + 4;
  const top = below + size.height > window.innerHeight - 8 ? Math.max(8, at.top - size.height - 4) : below;
  return { left, top };
}

function moveInMenu(event: KeyboardEvent<HTMLDivElement>): void {
  const lines = [...event.currentTarget.querySelectorAll<HTMLElement>("[role^=menuitem]:not(:disabled)")];
  const at = lines.indexOf(document.activeElement as HTMLElement);
  const go = (to: number): void => {
    event.preventDefault();
    lines[(to + lines.length) % lines.length]?.focus();
  };
  if (event.key === "ArrowDown") go(at + 1);
  else if (event.key === "ArrowUp") go(at - 1);
  else if (event.key === "Home") go(0);
  else if (event.key === "End") go(lines.length - 1);
  else if (event.key === "Tab") closeMenu();
  else if (event.key === "Escape") {
    event.preventDefault();
    closeMenu();
  } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    const from = [...lines.slice(at + 1), ...lines];
    const found = from.find((line) => line.textContent?.toLowerCase().startsWith(event.key.toLowerCase()));
    if (found !== undefined) go(lines.indexOf(found));
  }
  event.stopPropagation();
}
