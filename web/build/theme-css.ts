import {
  convertCssVariables,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from "@mantine/core";
import type { Plugin } from "vite";
import { theme, variables } from "../src/app/theme";

const NAME = "virtual:theme.css";

/** The theme's variables as a file of the build: Mantine would write them into a style tag, which the policy forbids. */
export function themeCss(): Plugin {
  return {
    name: "bedside-theme-css",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => (id === `\0${NAME}` ? css() : undefined),
  };
}

function css(): string {
  const merged = mergeMantineTheme(DEFAULT_THEME, theme);
  const standard = defaultCssVariablesResolver(merged);
  const own = variables(merged);
  return convertCssVariables({
    variables: { ...standard.variables, ...own.variables },
    light: { ...standard.light, ...own.light, "--mantine-color-scheme": "light" },
    dark: { ...standard.dark, ...own.dark, "--mantine-color-scheme": "dark" },
  });
}
