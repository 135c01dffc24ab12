import world from "world-atlas/countries-110m.json";

/** Outline of a country in degrees, as an SVG path of an equirectangular map, 360 by 180, north up. */
export interface CountryShape {
  readonly name: string;
  /** ISO 3166 two letters; empty: disputed or none. */
  readonly code: string;
  readonly path: string;
}

interface Topology {
  readonly transform: { readonly scale: readonly number[]; readonly translate: readonly number[] };
  readonly arcs: readonly (readonly (readonly number[])[])[];
  readonly objects: { readonly countries: { readonly geometries: readonly Geometry[] } };
}

type Geometry = { readonly properties: { readonly name: string } } & (
  | { readonly type: "Polygon"; readonly arcs: readonly (readonly number[])[] }
  | { readonly type: "MultiPolygon"; readonly arcs: readonly (readonly (readonly number[])[])[] }
);

/** Names that Natural Earth shortens or the language data spells otherwise. */
const aliases: Readonly<Record<string, string>> = {
  "United States of America": "US",
  "Dem. Rep. Congo": "CD",
  Congo: "CG",
  "Dominican Rep.": "DO",
  "Falkland Is.": "FK",
  "Fr. S. Antarctic Lands": "TF",
  "Côte d'Ivoire": "CI",
  "Central African Rep.": "CF",
  "Eq. Guinea": "GQ",
  eSwatini: "SZ",
  Palestine: "PS",
  Myanmar: "MM",
  Turkey: "TR",
  "Solomon Is.": "SB",
  "Bosnia and Herz.": "BA",
  Macedonia: "MK",
  "Trinidad and Tobago": "TT",
  "S. Sudan": "SS",
  "W. Sahara": "EH",
};

/** The countries of Natural Earth (1:110 million, public domain), decoded from TopoJSON's delta-coded arcs. */
export function worldShapes(): readonly CountryShape[] {
  const { transform, arcs, objects } = world as unknown as Topology;
  const [scaleX = 1, scaleY = 1] = transform.scale;
  const [moveX = 0, moveY = 0] = transform.translate;
  const lines = arcs.map((arc) => {
    let x = 0;
    let y = 0;
    return arc.map(([dx = 0, dy = 0]) => {
      x += dx;
      y += dy;
      return [x * scaleX + moveX + 180, 90 - (y * scaleY + moveY)] as const;
    });
  });
  const ring = (indices: readonly number[]): string => {
    const points = indices.flatMap((index) => (index < 0 ? (lines[~index] ?? []).toReversed() : (lines[index] ?? [])));
    // Where an outline leaves the map on one side and comes back on the other, it is not drawn across it.
    const drawn = points.map(([x, y], at) => {
      const before = points[at - 1]?.[0];
      const begins = before === undefined || Math.abs(x - before) > 180;
      return `${begins ? (at === 0 ? "M" : "ZM") : "L"}${x.toFixed(1)},${y.toFixed(1)}`;
    });
    return `${drawn.join("")}Z`;
  };
  const codes = codesByName();
  return objects.countries.geometries.map((geometry) => {
    const { name } = geometry.properties;
    const rings = geometry.type === "Polygon" ? geometry.arcs : geometry.arcs.flat();
    return { name, code: codes.get(name) ?? aliases[name] ?? "", path: rings.map(ring).join("") };
  });
}

function codesByName(): ReadonlyMap<string, string> {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  const codes = new Map<string, string>();
  for (const first of letters)
    for (const second of letters) {
      const name = names.of(first + second);
      if (name !== undefined) codes.set(name, first + second);
    }
  return codes;
}
