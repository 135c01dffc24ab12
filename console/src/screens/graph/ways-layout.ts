import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationNodeDatum,
} from "d3-force";
import type { Ways } from "./ways.ts";

/** Where a node stands. */
export interface Placed {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly suspect: boolean;
}

interface Body extends SimulationNodeDatum {
  readonly id: string;
  readonly r: number;
  readonly suspect: boolean;
}

/** Nodes drawn at most; beyond nobody can read the picture, and the table has them all. */
export const nodesDrawnMax = 500;

/**
 * Places nodes by springs and repulsion (d3-force), from fixed starting places, so that the same ways always give the
 * same picture. 500 nodes take some 300 ms.
 */
export function layOut(ways: Ways, width: number, height: number): ReadonlyMap<string, Placed> {
  const most = Math.max(1, ...ways.nodes.map(({ weight, suspect }) => weight + suspect));
  const bodies: Body[] = [...ways.nodes]
    .sort((a, b) => b.weight + b.suspect - a.weight - a.suspect)
    .slice(0, nodesDrawnMax)
    .map(({ id, weight, suspect }, index) => ({
      id,
      r: 5 + 11 * Math.sqrt((weight + suspect) / most),
      suspect: suspect > 0,
      // A sunflower: spread evenly, the heaviest in the middle.
      x: width / 2 + 9 * Math.sqrt(index) * Math.cos(index * 2.4),
      y: height / 2 + 9 * Math.sqrt(index) * Math.sin(index * 2.4),
    }));
  const known = new Set(bodies.map(({ id }) => id));
  const links = ways.edges
    .filter(({ from, to }) => from !== to && known.has(from) && known.has(to))
    .map(({ from, to }) => ({ source: from, target: to }));
  const crowded = bodies.length > 80;
  forceSimulation(bodies)
    .force(
      "link",
      forceLink<Body, { source: string; target: string }>(links)
        .id(({ id }) => id)
        .distance(crowded ? 40 : 110)
        .strength(0.25),
    )
    .force(
      "charge",
      forceManyBody()
        .strength(crowded ? -40 : -380)
        .theta(1.1),
    )
    .force(
      "collide",
      forceCollide<Body>(({ r }) => r + (crowded ? 2 : 14)),
    )
    .force("x", forceX(width / 2).strength(0.06))
    .force("y", forceY(height / 2).strength(0.11))
    .stop()
    .tick(crowded ? 80 : 220);
  return fitted(bodies, width, height);
}

/** Stretches the picture over its frame, so that no room is wasted and nothing lies outside. */
function fitted(bodies: readonly Body[], width: number, height: number): ReadonlyMap<string, Placed> {
  const xs = bodies.map(({ x = 0 }) => x);
  const ys = bodies.map(({ y = 0 }) => y);
  const along = (value: number, values: readonly number[], length: number, margin: number): number => {
    const low = Math.min(...values);
    const span = Math.max(...values) - low;
    return span === 0 ? length / 2 : margin + ((value - low) / span) * (length - 2 * margin);
  };
  return new Map(
    bodies.map(({ id, r, suspect, x = 0, y = 0 }) => [
      id,
      { id, r, suspect, x: along(x, xs, width, Math.min(110, width / 6)), y: along(y, ys, height, 48) },
    ]),
  );
}
