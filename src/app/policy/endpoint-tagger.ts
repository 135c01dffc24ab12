import type { Tagger } from "#engine";
import { guessTags } from "#policy";
import type { Config } from "../config/config.ts";

/**
 * How endpoints are tagged: with the tags of their application, and with those of the routes that hold them or else what the
 * words of their template say. An application that is tagged as a whole inherits every policy for that tag.
 */
export function endpointTagger({ applications, routes }: Pick<Config, "applications" | "routes">): Tagger {
  return (application, template) => {
    const whole = applications.find(({ name }) => name === application)?.tags ?? [];
    const own = routes.filter(({ tags, paths }) => tags !== undefined && paths.some((path) => holds(path, template)));
    const said = own.length > 0 ? own.flatMap(({ tags }) => tags ?? []) : guessTags(template);
    return [...new Set([...said, ...whole])];
  };
}

/** A route's path holds itself and everything below it. */
function holds(path: string, template: string): boolean {
  const folder = path.endsWith("/") ? path : `${path}/`;
  return template === path || template.startsWith(folder);
}
