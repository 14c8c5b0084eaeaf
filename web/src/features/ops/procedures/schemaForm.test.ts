import { expect, test } from "vitest";
import { fieldsOf, mistakesOf, parametersOf } from "./schemaForm";

const SCHEMA = {
  type: "object",
  $defs: { Task: { enum: ["vacuum", "reindex"], type: "string" } },
  required: ["name"],
  properties: {
    name: { type: "string", title: "Name", description: "Whose." },
    days: { anyOf: [{ type: "integer", minimum: 1, maximum: 10 }, { type: "null" }], default: null },
    share: { type: "number", title: "Share Of URL Rows", default: 0.5 },
    backup: { type: "boolean", default: true },
    task: { $ref: "#/$defs/Task", default: "vacuum" },
    tasks: { type: "array", items: { $ref: "#/$defs/Task" }, default: ["vacuum", "reindex"] },
    hosts: { type: "array", items: { type: "string" }, default: [] },
  },
};
const FIELDS = fieldsOf(SCHEMA);

test("each kind of value has its control", () => {
  expect(FIELDS.map(({ name, kind }) => [name, kind])).toEqual([
    ["name", "text"],
    ["days", "number"],
    ["share", "number"],
    ["backup", "switch"],
    ["task", "choice"],
    ["tasks", "choices"],
    ["hosts", "list"],
  ]);
  expect(FIELDS[0]).toMatchObject({ label: "Name", help: "Whose.", required: true });
  expect(FIELDS[2]?.label).toBe("Share of URL rows");
  expect(FIELDS[5]?.options).toEqual(["vacuum", "reindex"]);
});

test("what was left empty is left to the procedure's default", () => {
  expect(parametersOf(FIELDS, { name: "Ada", hosts: " a \n\nb" })).toEqual({
    name: "Ada",
    share: 0.5,
    backup: true,
    task: "vacuum",
    tasks: ["vacuum", "reindex"],
    hosts: ["a", "b"],
  });
  expect(parametersOf(FIELDS, { name: "Ada", days: "7", backup: false }).days).toBe(7);
});

test("what can't be sent is said", () => {
  expect(mistakesOf(FIELDS, { name: " ", days: "11", share: "much", tasks: [] })).toEqual({
    name: "missing",
    days: "high",
    share: "number",
    tasks: "none",
  });
  expect(mistakesOf(FIELDS, { name: "Ada", days: "1.5" })).toEqual({ days: "whole" });
  expect(mistakesOf(FIELDS, { name: "Ada", days: "0" })).toEqual({ days: "low" });
});

test("no parameters make no form", () => {
  expect(fieldsOf({ type: "object", properties: {} })).toEqual([]);
  expect(fieldsOf({})).toEqual([]);
});
