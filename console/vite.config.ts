import { defineConfig } from "vite";

/**
 * The console is built into `dist/console` and served by the admin plane under `/console/` with a strict content
 * security policy: nothing inline, nothing from elsewhere.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: "/console/",
  build: {
    outDir: process.env.GAIT_CONSOLE_OUT ?? "../dist/console",
    emptyOutDir: true,
    target: ["chrome123", "firefox128", "safari17.5"],
    // A data: URL would be refused by the policy, a preload polyfill would be inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // Libraries mark modules for servers that render React; here everything is the client.
      onwarn(warning, warn) {
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
});
