import type { Tagger } from "#engine";
import { guessTags } from "#policy";
import type { Config } from "../config/config.ts";

/**
 * How endpoints are tagged: with the tags of their application, and with what the words of their template say. An application
 * that is tagged as a whole inherits every policy for that tag on all its endpoints.
 */
export function endpointTagger(config: Config): Tagger {
  return (application, template) => {
    const whole = config.applications.find(({ name }) => name === application)?.tags ?? [];
    return [...new Set([...guessTags(template), ...whole])];
  };
}
