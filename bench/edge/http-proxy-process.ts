/** http-proxy-3 as its manual shows it, with kept connections to the origin: `node http-proxy-process.ts PORT UPSTREAM_PORT`. */
import { Agent } from "node:http";
import { createProxyServer } from "http-proxy-3";

const [port = "0", upstream = "0"] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
createProxyServer({ target: `http://127.0.0.1:${upstream}`, agent, xfwd: true }).listen(Number(port), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
