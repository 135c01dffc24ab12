import { defineConfig, type ViteUserConfig } from "vitest/config";

const resolve = { conditions: ["source"] };

/**
 * `nightly` holds the long forms. `unit` needs Node alone. `real` starts parts from Debian (nginx, HAProxy, Caddy, Chromium, curl…);
 * a real test whose part is missing fails and says what to install: it never passes by being skipped. `console` drives
 * the web console of a running demo in Chromium.
 */
const config: ViteUserConfig = defineConfig({
  resolve,
  ssr: { resolve },
  test: {
    projects: [
      {
        resolve,
        ssr: { resolve },
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "test/**/*.test.ts",
            "arena/**/*.test.ts",
            "bench/**/*.test.ts",
            "console/src/**/*.test.ts",
          ],
          exclude: ["**/*.real.test.ts", "**/*.nightly.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr: { resolve },
        test: {
          name: "nightly",
          include: ["src/**/*.nightly.test.ts", "test/**/*.nightly.test.ts"],
          testTimeout: 2_700_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        resolve,
        ssr: { resolve },
        test: {
          name: "real",
          include: ["src/**/*.real.test.ts", "test/**/*.real.test.ts", "bench/**/*.real.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        resolve,
        ssr: { resolve },
        test: {
          name: "console",
          include: ["console/test/**/*.test.ts"],
          globalSetup: "console/test/start-demo.ts",
          testTimeout: 90_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

export default config;
