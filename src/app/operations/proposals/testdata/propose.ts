import { writePolicy } from "#analyst";
import type { ServiceRig } from "../../../serve/testdata/service-rig.ts";

/** Gait writes a policy, as it does when a cohort is convicted. */
export function propose({ service }: ServiceRig, name: string, expiresAt: number): void {
  const made = writePolicy({
    name,
    twins: [],
    application: "default",
    grouping: "look and step",
    sessions: 31,
    addresses: 29,
    countries: 0,
    nats: 16,
    purity: 1,
    certifiedFpr: null,
    missing: 200,
    evidence: ["31 of 31 came without a session page", "the pause before submit is 0.4 s in all"],
  });
  if (made === undefined) throw new Error("nothing was written");
  const { policy } = service.policyRoom;
  const why = [made.reason, ...made.evidence].join(" | ");
  policy.apply({ file: `proposals/${made.name}.yaml`, text: made.text }, { who: "gait", why });
  policy.move(made.name, "watch", { who: "gait", why, expiresAt });
}
