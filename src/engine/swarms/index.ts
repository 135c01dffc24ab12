export { AgentSwarms, type Swarm, type SwarmLimits } from "./agent-swarms.ts";
export { presentationKey } from "./presentation-key.ts";
