import { expect, test } from "vitest";
import { chosen } from "./settings";

const row = (name: string, description: string, origin: string) => ({
  section: "s",
  name,
  description,
  origin,
  value: "1",
  secret: false,
});
const SECTIONS = [
  {
    name: "server",
    description: "How the API listens.",
    settings: [
      row("API_PORT", "The port to listen on.", "default"),
      row("API_HOST", "The address.", "environment"),
    ],
  },
  {
    name: "log",
    description: "What is logged.",
    settings: [row("LOG_LEVEL", "DEBUG and so on.", "default")],
  },
];
const names = (search: string, changed = false) =>
  chosen(SECTIONS, search, changed).flatMap(({ settings }) => settings.map(({ name }) => name));

test("a search looks at name, description and section, every word of it", () => {
  expect(names("")).toEqual(["API_PORT", "API_HOST", "LOG_LEVEL"]);
  expect(names("  api  LISTEN ")).toEqual(["API_PORT"]);
  expect(names("server")).toEqual(["API_PORT", "API_HOST"]);
  expect(names("nothing")).toEqual([]);
});

test("only what somebody has set", () => {
  expect(names("", true)).toEqual(["API_HOST"]);
});
