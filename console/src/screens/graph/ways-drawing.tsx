import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useTranslator } from "../../i18n/translate.ts";
import { useScreenSearch } from "../../state/search.ts";
import { templateOf, type WayEdge, type Ways } from "./ways.ts";
import { layOut } from "./ways-layout.ts";

const width = 1_000;
const height = 520;
const labelsMax = 40;

/** The picture: people's ways as grey weight, the suspect's dashed with arrows, strange steps marked with a cross. */
export function WaysDrawing({ ways }: { readonly ways: Ways }): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const [search] = useScreenSearch();
  const places = useMemo(() => layOut(ways, width, height), [ways]);
  const most = Math.max(1, ...ways.edges.map(({ peopleRequests }) => peopleRequests));
  const nodes = [...places.values()];
  const edges = ways.edges.filter(({ from, to }) => places.has(from) && places.has(to));
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
      <div translate="no">
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t("graph.picture")} aria-describedby="ways-key">
          <defs>
            <marker id="ways-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0 0 8 4 0 8z" className="ways-arrow" />
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
            <text key={id} x={x} y={y - r - 5} className="ways-label">
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

interface Point {
  readonly x: number;
  readonly y: number;
  readonly r?: number;
}

function middleOf(from: Point | undefined, to: Point | undefined, bend: number): Point {
  const a = from ?? { x: 0, y: 0 };
  const b = to ?? { x: 0, y: 0 };
  if (a === b) return { x: a.x + (a.r ?? 0) + 22, y: a.y };
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

/** A step from an endpoint to itself: a loop at its right. */
function loop({ x, y, r = 0 }: Point): string {
  const begin = (x + r).toFixed(1);
  return `M${begin} ${(y - r / 2).toFixed(1)}c36 -26 36 ${(26 * 2 + r).toFixed(1)} 2 ${r.toFixed(1)}`;
}
