import type { Row } from "#store";
import type { OperatorSession } from "../identity/operator-sessions.ts";
import type { Service } from "../serve/service.ts";
import type { Permission, Role } from "./permissions.ts";

/** Who asks. */
export interface Caller {
  /** As it stands in the audit log: `ann`, `token:grafana`, `socket`. */
  readonly name: string;
  readonly role: Role | "none";
  readonly permissions: ReadonlySet<Permission>;
}

/** A document of the control store to write with a change; body `null` deletes it. */
export interface Document {
  readonly collection: string;
  readonly id: string;
  readonly body: unknown;
}

/** A browser at the door: how a session of the console begins and ends. */
export interface SessionDoor {
  /** Address of the caller. */
  readonly address: string;
  readonly session: OperatorSession | undefined;
  keep(id: string): void;
  end(): void;
  /** What the browser kept when it was sent to the identity provider. */
  readonly flow: string | undefined;
  /** Gives the browser its half of a way to the identity provider; empty: takes it away. */
  keepFlow(id: string): void;
}

/** What a handler works with. */
export interface OperationContext {
  readonly service: Service;
  readonly caller: Caller;
  /** Undefined for programs, the command line and MCP. */
  readonly door: SessionDoor | undefined;
  /** Names of the operations that whoever holds these permissions may use. */
  operationsFor(permissions: ReadonlySet<Permission>): readonly string[];
  /** Wall clock, ms. */
  readonly now: number;
  /** One SELECT over what was recorded (view `everything`). @throws OperationFault `unavailable` without a store. */
  query(sql: string, values?: readonly (string | number)[]): Promise<readonly Row[]>;
  /**
   * Writes the audit entry and the documents in one durable transaction. A writing handler calls it before it changes
   * anything: when it throws (disk full), nothing was changed. `subject` says to what it is done, without secrets.
   */
  change(subject: Readonly<Record<string, unknown>>, documents?: readonly Document[]): void;
}
