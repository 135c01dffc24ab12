import type { ReactNode } from "react";

const shapes = {
  overview: "M2.5 13.5v-5m4 5v-9m4 9v-6m4 6v-11",
  incidents: "M8 2 1.5 13.5h13L8 2Zm0 4.5v3.5m0 1.8v.2",
  events: "M2 4h12M2 8h12M2 12h8",
  actors:
    "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm-4 5c0-2 1.8-3.2 4-3.2s4 1.2 4 3.2M11 4a2 2 0 0 1 0 4m1 2c1.3.4 2 1.5 2 3",
  accounts: "M5.5 9.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM8 8.5l5.5 5.5m-2-2 1.5-1.5",
  agents: "M3 6h10v7H3zM8 6V3M6.5 3h3M6 9v.5m4-.5v.5M1.5 9v2m13-2v2",
  graph:
    "M3.5 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3Zm9 3a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3Zm-7 5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM5 4.5l6 2m0 1.5-4 3M4 5.5l1.3 5",
  policies: "M8 1.5 2.5 3.5v4c0 3.5 2.5 6 5.5 7 3-1 5.5-3.5 5.5-7v-4L8 1.5Zm-2.3 6.3 1.7 1.7 3-3.2",
  review: "M3 2.5h10v11H3zM5.5 6.5l1 1 2-2M5.5 11h5",
  explain: "M6 6a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.4m0 2.2v.2M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z",
  appeals: "M2 3h12v8H7l-3 3v-3H2V3Zm3 3h6M5 8.5h4",
  inventory: "M2 3h5v4H2zM9 3h5v4H9zM2 9.5h5v4H2zM9 9.5h5v4H9z",
  alerts: "M4 11.5V7a4 4 0 0 1 8 0v4.5l1 1H3l1-1Zm2.5 2.5h3",
  health: "M1.5 8.5H5l1.5-4 3 8 1.5-4h3.5",
  settings:
    "M2 4.5h7m4 0h1M2 11.5h1m4 0h7M11 6.3a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6ZM5 13.3a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.7-1.3L14 14",
  theme: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.5V8l2.5 1.5",
  menu: "M2 4h12M2 8h12M2 12h12",
  close: "m4 4 8 8m0-8-8 8",
  check: "m3 8.5 3.3 3.3L13 4.8",
  filter: "M2 3h12L9.5 8.5V13l-3-1.5v-3L2 3Z",
  exclude: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM4.5 8h7",
  copy: "M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1",
  block: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 3.8l8.4 8.4",
  allow: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm-2.7-5.8L7.3 10l3.5-4",
  open: "M9 2.5h4.5V7M13 3 7.5 8.5M6.5 3.5h-4v10h10v-4",
  pause: "M5.5 3.5v9m5-9v9",
  play: "M5 3.5v9l7.5-4.5L5 3.5Z",
  help: "M6.3 6a1.8 1.8 0 1 1 2.5 1.7c-.6.3-.8.6-.8 1.3m0 2v.2",
  person: "M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8Zm-5 6c0-2.6 2.2-4 5-4s5 1.4 5 4",
  empty: "M2.5 9.5 4 3h8l1.5 6.5v4h-11v-4Zm0 0h3.5l1 1.5h2l1-1.5h3.5",
  down: "m4 6 4 4 4-4",
} as const;

/** Names of the drawings. */
export type IconName = keyof typeof shapes;

/** A small line drawing; it says nothing on its own, the text beside it or the label of its button does. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
