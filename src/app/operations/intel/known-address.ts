import { z } from "zod";
import { createAddressWords, parseAddress } from "#intel";
import { type Operation, OperationFault } from "../operation.ts";

/** What the running gateway knows of an address. */
export interface KnownAddress {
  readonly address: string;
  readonly asn: number;
  readonly organisation: string;
  readonly country: string;
  readonly city: string;
  readonly categories: readonly string[];
  readonly lists: readonly string[];
  /** People seen behind it within a day; at least 1. */
  readonly people: number;
  /** Null: its network has no name of its own, or several people share the address. */
  readonly risk: {
    readonly network: string;
    readonly nats: number;
    readonly times: number;
    readonly convicted: number;
    readonly sessions: number;
  } | null;
}

/** `intel.address`: lists, databases and what was learned, of one address. */
export const knownAddress: Operation<{ readonly address: string }, KnownAddress> = {
  name: "intel.address",
  summary:
    "What the running gateway knows of an address: network, categories (learned ones, too), how many people stand behind it, and its network's risk.",
  effect: "read",
  permission: "look",
  argument: "address",
  example: { address: "203.0.113.9" },
  input: z.strictObject({ address: z.string().min(2).max(45).meta({ description: "IPv4 or IPv6." }) }),
  output: z.strictObject({
    address: z.string(),
    asn: z.number(),
    organisation: z.string(),
    country: z.string(),
    city: z.string(),
    categories: z.array(z.string()),
    lists: z.array(z.string()),
    people: z.number(),
    risk: z
      .strictObject({
        network: z.string(),
        nats: z.number(),
        times: z.number(),
        convicted: z.number(),
        sessions: z.number(),
      })
      .nullable(),
  }),
  handle({ service }, { address }) {
    if (parseAddress(address, createAddressWords()) === 0)
      throw new OperationFault("invalid", `expected an IPv4 or IPv6 address, found ${JSON.stringify(address)}`);
    const { network, people, risk } = service.engine.networks.describe(address);
    const { asn, organisation, country, city, categories, lists } = network;
    return { address, asn, organisation, country, city, categories, lists, people, risk: risk ?? null };
  },
};
