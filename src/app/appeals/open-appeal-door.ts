import type { Clock } from "#core";
import { addAppeal } from "../operations/appeals/add-appeal.ts";
import type { AnyOperation } from "../operations/operation.ts";
import { permissionsOf } from "../operations/permissions.ts";
import { runOperation } from "../operations/run-operation.ts";
import type { Service } from "../serve/service.ts";
import { type AppealDoor, openAppeals } from "./open-appeals.ts";

/** The page of appeals of a running gateway: what comes in goes into the inbox by the operation that support uses, audited as `appeal-page`. */
export function openAppealDoor(service: Service, clock: Clock): Promise<AppealDoor> {
  const caller = { name: "appeal-page", role: "support", permissions: permissionsOf.support } as const;
  const add = addAppeal as unknown as AnyOperation;
  return openAppeals(service.config, { clock, take: (appeal) => runOperation(add, appeal, { service, caller }) });
}
