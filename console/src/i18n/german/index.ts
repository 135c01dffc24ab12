import type { Messages } from "../english/index.ts";
import { english } from "../english/index.ts";

export const german: Messages = { ...english };
