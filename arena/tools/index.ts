import type { Tool } from "./job.ts";
import { pythonTool } from "./python.ts";

export { curl } from "./curl.ts";
export { gotImitator, impitChrome } from "./imitators.ts";
export { axiosWithJar, undici } from "./node-clients.ts";

export const requestsTool: Tool = pythonTool("requests");
export const httpxTool: Tool = pythonTool("httpx");
export const aiohttpTool: Tool = pythonTool("aiohttp");
