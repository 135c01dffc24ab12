#!/usr/bin/env node
// Kept in the oldest JavaScript that matters, so that an old Node reaches the sentence below instead of a syntax error.
var major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  // Node 20 silently drops request headers past about 1,000: a request-smuggling hole in any proxy built on it.
  process.stderr.write(
    "gait needs Node 24 or newer; this is Node " +
      process.versions.node +
      " (" +
      process.execPath +
      ").\n" +
      "Install Node 24 and run the same command again.\n",
  );
  process.exit(1);
}
// Loading the program makes the nursery grow to twice 32 MB, for good; a replay chooses its size (src/app/replay/size-nursery.ts).
if (process.argv[2] === "replay") process.getBuiltinModule("v8").setFlagsFromString("--semi-space-growth-factor=1");
import("../dist/app/cli/main.js").then(
  (main) => main.start(),
  (error) => {
    process.stderr.write(`gait could not start: ${error.message}\n`);
    process.exit(1);
  },
);
