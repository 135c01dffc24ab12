import { type AgentAction, type Lane, presets } from "#policy";
import type { AgentLaneConfig, AgentsConfig } from "../config/config.ts";

/** The lanes that hold: the operator's own first, then the preset's. Empty: agents are only identified and counted. */
export function configuredLanes({ lanes, preset }: AgentsConfig): readonly Lane[] {
  return [...lanes.map(laneOf), ...(preset === "none" ? [] : presets[preset].lanes)];
}

function laneOf({ action, ...conditions }: AgentLaneConfig): Lane {
  const given = Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined));
  return { ...given, action: actionOf(action) };
}

function actionOf(action: AgentLaneConfig["action"]): AgentAction {
  return typeof action === "string" ? { kind: action } : { kind: "budget", perMinute: action.perMinute };
}
