/** A form from the JSON schema of a procedure's parameters (pydantic's own: objects of plain values, lists and choices). */

type Json = Record<string, unknown>;

export type Kind = "text" | "number" | "switch" | "choice" | "choices" | "list";

export interface Field {
  name: string;
  label: string;
  help: string;
  kind: Kind;
  required: boolean;
  /** Whether nothing is a value of its own ("all of them"). */
  optional: boolean;
  whole: boolean;
  min?: number;
  max?: number;
  options: string[];
  initial: Value;
}

/** What a control holds: text for text, numbers and lists (a line each), the chosen for choices. */
export type Value = string | boolean | string[];
export type Values = Record<string, Value>;

export function fieldsOf(schema: Json): Field[] {
  const required = new Set((schema.required as string[] | undefined) ?? []);
  const properties = (schema.properties as Record<string, Json> | undefined) ?? {};
  return Object.entries(properties).map(([name, property]) => {
    const [type, optional] = typeOf(property, schema);
    const kind = kindOf(type, schema);
    const given = "default" in property ? property.default : undefined;
    return {
      name,
      label: sentence(String(property.title ?? name)),
      help: String(property.description ?? ""),
      kind,
      required: required.has(name),
      optional,
      whole: type.type === "integer",
      min: numberOf(type.minimum ?? type.exclusiveMinimum),
      max: numberOf(type.maximum ?? type.exclusiveMaximum),
      options: optionsOf(type, schema),
      initial: initialOf(kind, given),
    };
  });
}

/** The values as the API takes them. What was left empty is left out, so that the procedure's default holds. */
export function parametersOf(fields: Field[], values: Values): Json {
  const found: Json = {};
  for (const field of fields) {
    const value = values[field.name] ?? field.initial;
    if (typeof value === "boolean") found[field.name] = value;
    else if (Array.isArray(value)) found[field.name] = value;
    else if (value.trim() === "") {
      if (field.optional && field.initial !== "") found[field.name] = null;
    } else if (field.kind === "number") found[field.name] = Number(value);
    else if (field.kind === "list") found[field.name] = linesOf(value);
    else found[field.name] = value;
  }
  return found;
}

export type Mistake = "missing" | "number" | "whole" | "low" | "high" | "none";

/** What can't be sent as it is; the server looks again, and says the rest. */
export function mistakesOf(fields: Field[], values: Values): Record<string, Mistake> {
  const found: Record<string, Mistake> = {};
  for (const field of fields) {
    const mistake = mistakeOf(field, values[field.name] ?? field.initial);
    if (mistake) found[field.name] = mistake;
  }
  return found;
}

function mistakeOf(field: Field, value: Value): Mistake | null {
  if (Array.isArray(value)) return value.length === 0 && !field.optional ? "none" : null;
  if (typeof value === "boolean") return null;
  if (value.trim() === "") return field.required ? "missing" : null;
  if (field.kind !== "number") return null;
  const number = Number(value);
  if (!Number.isFinite(number)) return "number";
  if (field.whole && !Number.isInteger(number)) return "whole";
  if (field.min !== undefined && number < field.min) return "low";
  return field.max !== undefined && number > field.max ? "high" : null;
}

/** "Retention Days", as pydantic writes titles, in the pages' own way: "Retention days". */
function sentence(title: string): string {
  return title.replace(/ [A-Z][a-z]+/g, (word) => word.toLowerCase());
}

function typeOf(property: Json, schema: Json): [Json, boolean] {
  const options = property.anyOf as Json[] | undefined;
  if (options) {
    const real = options.filter(({ type }) => type !== "null");
    return [resolved(real[0] ?? {}, schema), real.length < options.length];
  }
  return [resolved(property, schema), false];
}

function resolved(property: Json, schema: Json): Json {
  const all = property.allOf as Json[] | undefined;
  const reference = (property.$ref ?? all?.[0]?.$ref) as string | undefined;
  if (!reference) return property;
  const definitions = schema.$defs as Record<string, Json> | undefined;
  return definitions?.[reference.split("/").pop() ?? ""] ?? property;
}

function kindOf(type: Json, schema: Json): Kind {
  if (type.enum) return "choice";
  switch (type.type) {
    case "boolean":
      return "switch";
    case "integer":
    case "number":
      return "number";
    case "array":
      return resolved((type.items as Json | undefined) ?? {}, schema).enum ? "choices" : "list";
    default:
      return "text";
  }
}

function optionsOf(type: Json, schema: Json): string[] {
  const items = type.type === "array" ? resolved((type.items as Json | undefined) ?? {}, schema) : type;
  return ((items.enum as unknown[] | undefined) ?? []).map(String);
}

function initialOf(kind: Kind, given: unknown): Value {
  if (kind === "switch") return given === true;
  if (kind === "choices") return Array.isArray(given) ? given.map(String) : [];
  if (kind === "list") return Array.isArray(given) ? given.join("\n") : "";
  return given === undefined || given === null ? "" : String(given);
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
