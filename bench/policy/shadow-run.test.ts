import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareWithShadow } from "./shadow-run.ts";

test("a backtest of all packs finds, request by request, exactly what they found while they watched", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gait-shadow-"));
  try {
    const found = await compareWithShadow(folder, { people: 400, seed: 5 });
    expect(found).toMatchObject({ missing: [], extra: [] });
    expect(found.rules).toBeGreaterThan(300);
    expect(found.stored).toBeGreaterThan(2_000);
    expect(found.matches).toBeGreaterThan(500);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
