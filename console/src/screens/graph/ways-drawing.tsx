import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useTranslator } from "../../i18n/translate.ts";
import { useScreenSearch } from "../../state/search.ts";
import { templateOf, type WayEdge, type Ways } from "./ways.ts";
import { layOut } from "./ways-layout.ts";

/** The picture is as wide as its place, so that names keep their size on a telephone, too; in steps, because each is another layout. */
const widthStep = 120;
const widthLeast = 360;
const height = 520;
const labelsMax = 40;
/** Beyond, the numbers would hide each other; titles and the table have them all. */
const countsMax = 30;
/** A step to itself goes around a circle of this radius, at the upper right of its node. */
const loopRadius = 17;

/** The picture: people's ways as grey weight, the suspect's dashed with arrows, strange steps marked with a cross. */
export function WaysDrawing({ ways }: { readonly ways: Ways }): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const [search] = useScreenSearch();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const places = useMemo(() => layOut(ways, width, height), [ways, width]);
  const most = Math.max(1, ...ways.edges.map(({ peopleRequests }) => peopleRequests));
  const nodes = [...places.values()];
  const edges = ways.edges.filter(({ from, to }) => places.has(from) && places.has(to));
  const counted = edges.filter(({ suspectRequests }) => suspectRequests > 0).length <= countsMax;
  const show = (edge: WayEdge): void =>
    void navigate({
      to: "/events",
      search: {
        ...(search.range === undefined ? {} : { range: search.range }),
        where: [...(search.where ?? ["kind:automated"]), `template:${templateOf(edge.to)}`],
      },
    });
  return (
    <div className="ways">
      <div translate="no" ref={frame}>
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t("graph.picture")} aria-describedby="ways-key">
          <defs>
            <marker
              id="ways-arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="13"
              markerHeight="13"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 0 8 4 0 8z" className="ways-arrow" />
            </marker>
            <marker
              id="ways-people-arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="11"
              markerHeight="11"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 0 8 4 0 8z" className="ways-people-arrow" />
            </marker>
          </defs>
          {edges
            .filter(({ peopleRequests }) => peopleRequests > 0)
            .map((edge) => (
              <path
                key={`p ${edge.from} ${edge.to}`}
                d={arc(places.get(edge.from), places.get(edge.to), 0.12)}
                className="ways-people"
                strokeWidth={1 + 9 * Math.sqrt(edge.peopleRequests / most)}
                markerEnd="url(#ways-people-arrow)"
              >
                <title>{t("graph.edge.people", { from: edge.from, to: edge.to, share: t.percent(edge.people) })}</title>
              </path>
            ))}
          {edges
            .filter(({ suspectRequests }) => suspectRequests > 0)
            .map((edge) => {
              const middle = middleOf(places.get(edge.from), places.get(edge.to), 0.12);
              return (
                // biome-ignore lint/a11y/noStaticElementInteractions: the same step is a link in the table below
                <g key={`s ${edge.from} ${edge.to}`} className="ways-step" onClick={() => show(edge)}>
                  <path
                    d={arc(places.get(edge.from), places.get(edge.to), 0.12)}
                    className={edge.strange ? "ways-suspect strange" : "ways-suspect"}
                    markerEnd="url(#ways-arrow)"
                  >
                    <title>
                      {t("graph.edge.suspect", {
                        from: edge.from,
                        to: edge.to,
                        count: edge.suspectRequests,
                        share: t.percent(edge.people),
                      })}
                    </title>
                  </path>
                  {edge.strange ? (
                    <path className="ways-cross" d={`M${middle.x - 5} ${middle.y - 5}l10 10m0-10l-10 10`} />
                  ) : null}
                  {counted ? (
                    <text
                      x={middle.x + (middle.x > width - 60 ? 0 : 12)}
                      y={middle.y + (middle.x > width - 60 ? -10 : 4)}
                      textAnchor={middle.x > width - 60 ? "middle" : "start"}
                      className="ways-count"
                    >
                      {t.number(edge.suspectRequests)}
                    </text>
                  ) : null}
                </g>
              );
            })}
          {nodes.map(({ id, x, y, r, suspect }) => (
            <g key={id}>
              <circle cx={x} cy={y} r={r} className={suspect ? "ways-node suspect" : "ways-node"}>
                <title>{id}</title>
              </circle>
            </g>
          ))}
          {nodes.slice(0, labelsMax).map(({ id, x, y, r }) => (
            <text key={id} x={x} y={y + r + 13} className="ways-label">
              {id.length > 28 ? `${id.slice(0, 27)}…` : id}
            </text>
          ))}
        </svg>
      </div>
      <ul className="legend" id="ways-key">
        <li>
          <svg width="28" height="8" aria-hidden="true">
            <path d="M0 4h28" className="ways-people" strokeWidth="6" />
          </svg>
          {t("graph.key.people")}
        </li>
        <li>
          <svg width="28" height="8" aria-hidden="true">
            <path d="M0 4h28" className="ways-suspect" />
          </svg>
          {t("graph.key.suspect")}
        </li>
        <li>
          <svg width="14" height="12" aria-hidden="true">
            <path d="M2 1l10 10m0-10L2 11" className="ways-cross" />
          </svg>
          {t("graph.key.strange")}
        </li>
      </ul>
    </div>
  );
}

/** Width of an element in steps; what a desk shows until it is known. */
function useWidth(frame: { readonly current: HTMLDivElement | null }): number {
  const [width, setWidth] = useState(8 * widthStep);
  useEffect(() => {
    const node = frame.current;
    if (node === null) return;
    const read = (): void =>
      setWidth(Math.max(widthLeast, Math.min(12 * widthStep, widthStep * Math.floor(node.clientWidth / widthStep))));
    read();
    const observer = new ResizeObserver(read);
    observer.observe(node);
    return () => observer.disconnect();
  }, [frame]);
  return width;
}

/** The picture as a file that looks the same without the console's style sheet; "" while none is drawn. */
export function pictureOf(root: ParentNode): string {
  const drawn = root.querySelector<SVGElement>(".ways svg[role=img]");
  if (drawn === null) return "";
  const copy = drawn.cloneNode(true) as SVGElement;
  const copies = copy.querySelectorAll<SVGElement>("*");
  for (const [index, node] of [...drawn.querySelectorAll<SVGElement>("*")].entries()) {
    const style = getComputedStyle(node);
    for (const name of drawnStyles) copies[index]?.style.setProperty(name, style.getPropertyValue(name));
  }
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.style.setProperty("background", getComputedStyle(drawn.closest(".card") ?? drawn).backgroundColor);
  return new XMLSerializer().serializeToString(copy);
}

const drawnStyles = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linecap",
  "paint-order",
  "font",
  "text-anchor",
] as const;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly r?: number;
}

function middleOf(from: Point | undefined, to: Point | undefined, bend: number): Point {
  const a = from ?? { x: 0, y: 0 };
  const b = to ?? { x: 0, y: 0 };
  if (a === b) {
    const far = (a.r ?? 0) + 1.75 * loopRadius;
    return { x: a.x + far * Math.SQRT1_2, y: a.y - far * Math.SQRT1_2 };
  }
  const control = controlOf(a, b, bend);
  return { x: (a.x + 2 * control.x + b.x) / 4, y: (a.y + 2 * control.y + b.y) / 4 };
}

function controlOf(a: Point, b: Point, bend: number): Point {
  return { x: (a.x + b.x) / 2 - (b.y - a.y) * bend, y: (a.y + b.y) / 2 + (b.x - a.x) * bend };
}

/** A bent line between the rims of two nodes, so that there and back lie apart. */
function arc(from: Point | undefined, to: Point | undefined, bend: number): string {
  const a = from ?? { x: 0, y: 0 };
  const b = to ?? { x: 0, y: 0 };
  if (a === b) return loop(a);
  const control = controlOf(a, b, bend);
  const length = Math.max(1, Math.hypot(b.x - control.x, b.y - control.y));
  const gap = (b.r ?? 0) + 2;
  const end = { x: b.x - ((b.x - control.x) / length) * gap, y: b.y - ((b.y - control.y) / length) * gap };
  return `M${a.x.toFixed(1)} ${a.y.toFixed(1)}Q${control.x.toFixed(1)} ${control.y.toFixed(1)} ${end.x.toFixed(1)} ${end.y.toFixed(1)}`;
}

/** A step from an endpoint to itself: a loop at its upper right, clear of its name beneath it. */
function loop({ x, y, r = 0 }: Point): string {
  const rim = r + 2;
  const begin = { x: x + rim * Math.cos(-1.3), y: y + rim * Math.sin(-1.3) };
  const end = { x: x + rim * Math.cos(-0.2), y: y + rim * Math.sin(-0.2) };
  return `M${begin.x.toFixed(1)} ${begin.y.toFixed(1)}A${loopRadius} ${loopRadius} 0 1 1 ${end.x.toFixed(1)} ${end.y.toFixed(1)}`;
}
