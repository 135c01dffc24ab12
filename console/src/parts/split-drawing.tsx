import { type ReactNode, useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { usePreferences } from "../state/preferences.ts";
import { useTime } from "../state/use-time.ts";
import { kindOf } from "./kind.tsx";
import type { Split } from "./split-chart.tsx";

const heightPx = 190;

/** The drawn chart: areas stacked in the order of the names. Loaded when a chart is first shown. */
export function SplitDrawing({
  split,
  onSelect,
}: {
  readonly split: Split;
  readonly onSelect?: (from: number, to: number) => void;
}): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const select = useRef(onSelect);
  select.current = onSelect;
  const { theme } = usePreferences();
  const time = useTime();
  const shape = split.names.join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the plot is made anew for other names, themes and zones; data follows below
  useEffect(() => {
    const node = box.current;
    if (node === null) return;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const make = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(
        optionsOf(shape.split(" "), {
          width: node.clientWidth,
          time,
          select: (from, to) => select.current?.(from, to),
        }),
        stacked(split),
        node,
      );
    };
    make();
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: node.clientWidth, height: heightPx }));
    resize.observe(node);
    dark.addEventListener("change", make);
    return () => {
      dark.removeEventListener("change", make);
      resize.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [shape, theme, time]);
  useEffect(() => {
    plot.current?.setData(stacked(split));
  }, [split]);
  return <div ref={box} className="chart-box" />;
}

/** Sums upwards, so that each name's area lies on the ones before it; the topmost first, as it is drawn first. */
function stacked({ from, stepMs, names, rows }: Split): uPlot.AlignedData {
  const at = rows.map((_, index) => (from + index * stepMs) / 1_000);
  const perSecond = 1_000 / stepMs;
  const sums = names.map(() => new Array<number>(rows.length).fill(0));
  rows.forEach((row, index) => {
    let sum = 0;
    names.forEach((_, place) => {
      sum += (row[place] ?? 0) * perSecond;
      const series = sums[place];
      if (series !== undefined) series[index] = sum;
    });
  });
  return [at, ...sums.reverse()];
}

function optionsOf(
  names: readonly string[],
  {
    width,
    time,
    select,
  }: {
    readonly width: number;
    readonly time: { minute(at: number): string; short(at: number): string };
    readonly select: (from: number, to: number) => void;
  },
): uPlot.Options {
  const token = (name: string): string => colour(`var(--${name})`);
  const axis = { stroke: token("soft"), grid: { stroke: token("line"), width: 1 }, ticks: { show: false } };
  return {
    width,
    height: heightPx,
    legend: { show: false },
    cursor: { drag: { x: true, y: false }, points: { show: false } },
    scales: { x: { time: true }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
    axes: [
      {
        ...axis,
        font: "11px system-ui",
        size: 26,
        space: 70,
        incrs: [60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400, 172_800, 604_800],
        values: (self, ticks) => {
          const wide = (self.scales.x?.max ?? 0) - (self.scales.x?.min ?? 0) > 86_400;
          return ticks.map((tick) => (wide ? time.short(tick * 1_000) : time.minute(tick * 1_000)));
        },
      },
      { ...axis, font: "11px system-ui", size: 40 },
    ],
    series: [
      {},
      ...[...names].reverse().map((name) => ({
        label: name,
        stroke: token(kindOf(name)),
        fill: colour(`color-mix(in srgb, var(--${kindOf(name)}) 72%, var(--surface))`),
        width: 1,
        points: { show: false },
      })),
    ],
    hooks: {
      setSelect: [
        (self) => {
          if (self.select.width < 4) return;
          const from = self.posToVal(self.select.left, "x") * 1_000;
          const to = self.posToVal(self.select.left + self.select.width, "x") * 1_000;
          self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          select(from, to);
        },
      ],
    },
  };
}

/** What a colour of the style sheet is in the present theme, as canvas needs it. */
function colour(css: string): string {
  const probe = document.createElement("span");
  probe.style.color = css;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
