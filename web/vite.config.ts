import react from "@vitejs/plugin-react";
import mantine from "postcss-preset-mantine";
import { defineConfig } from "vitest/config";
import { compressed } from "./build/compressed";
import { themeCss } from "./build/theme-css";

const server = process.env.BEDSIDE_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), themeCss(), compressed()],
  css: { postcss: { plugins: [mantine()] } },
  build: {
    target: "es2022",
    manifest: "manifest.json",
    // The policy permits no data: addresses but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": server, "/health": server } },
  test: { environment: "jsdom", setupFiles: ["src/test-setup.ts"], restoreMocks: true },
});
