export type { ClientView, Engine } from "./engine.ts";
