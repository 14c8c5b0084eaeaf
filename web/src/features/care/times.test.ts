import { expect, it } from "vitest";
import i18n, { addTexts } from "../../i18n";
import texts from "../../i18n/en/care.json";
import { standing } from "./CaseRow";
import { age, span } from "./times";
import { initials } from "./Watchers";

addTexts("care", texts);
const t = i18n.getFixedT(null, "care");
const MINUTE = 60_000;

it("says spans in their two largest units", () => {
  expect(span(-5, t)).toBe("under 1 min");
  expect(span(59 * MINUTE, t)).toBe("59 min");
  expect(span(60 * MINUTE, t)).toBe("1 h 0 min");
  expect(span((25 * 60 + 5) * MINUTE, t)).toBe("1 d 1 h");
});

it("says ages as triage does", () => {
  expect(age(null, t)).toBe("age not known");
  expect(age(0.02, t)).toBe("7 days");
  expect(age(0.1, t)).toBe("5 weeks");
  expect(age(1.5, t)).toBe("18 months");
  expect(age(1 / 12, t)).toBe("4 weeks");
  expect(age(61.9, t)).toBe("61 years");
});

it("warns and is late by the clock, not by when the list was loaded", () => {
  const item = { due_at: "2026-01-01T12:00:00Z", warns_at: "2026-01-01T11:00:00Z" };
  const at = (time: string) => standing(item, Date.parse(`2026-01-01T${time}Z`));
  expect([at("10:59:59"), at("11:00:00"), at("12:00:00")]).toEqual(["in-time", "warning", "breached"]);
  expect(standing({ due_at: null, warns_at: null }, 0)).toBe("in-time");
});

it("makes initials of any name", () => {
  expect(["Nora Nurse", "cher", "  ", "Ana Maria de Souza", "🥺 x"].map(initials)).toEqual([
    "NN",
    "C",
    "",
    "AS",
    "🥺X",
  ]);
});
