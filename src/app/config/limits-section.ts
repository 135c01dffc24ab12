import { z } from "zod";
import { edgeLimits, http2Limits, type Limit, tlsLimits, workerLimits } from "#core";

/** The tables that an operator may override, by the name of their area. */
export const limitTables: Readonly<Record<string, Readonly<Record<string, Limit>>>> = {
  edge: edgeLimits,
  tls: tlsLimits,
  http2: http2Limits,
  workers: workerLimits,
};

/** No cap is raised beyond this; it keeps a slip of the keyboard from meaning "unlimited". */
const limitMax = 2 ** 40;

/** One object per area, one whole number per cap, each with its table's default and reason. */
export function limitsSection(): z.ZodType<Readonly<Record<string, Readonly<Record<string, number>>>>> {
  const areas = Object.fromEntries(
    Object.entries(limitTables).map(([area, table]) => [area, areaSection(area, table)]),
  );
  return z
    .strictObject(areas)
    .prefault({})
    .meta({ description: "Caps of every buffer, table, queue and loop. The defaults are meant to stay." });
}

function areaSection(
  area: string,
  table: Readonly<Record<string, Limit>>,
): z.ZodType<Readonly<Record<string, number>>, Readonly<Record<string, number>>> {
  const caps: Record<string, z.ZodType<number>> = {};
  for (const [name, limit] of Object.entries(table)) {
    const description = `${limit.why} (${limit.unit})`;
    caps[name] = z.number().int().min(1).max(limitMax).default(limit.default).meta({ description });
  }
  const section = z
    .strictObject(caps)
    .prefault({})
    .meta({ description: `Caps of ${area}.` });
  return section as unknown as z.ZodType<Readonly<Record<string, number>>, Readonly<Record<string, number>>>;
}
