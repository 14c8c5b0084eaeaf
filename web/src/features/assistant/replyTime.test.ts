import { expect, test } from "vitest";
import { formatMoment } from "../../ui/When";
import { inViewersZone } from "./replyTime";

const AT = "2031-11-27T17:13:00Z";
const SAID = "A nurse answers by Thursday 27 November, 17:13 UTC. If it gets worse, write here.";

test("the time of the answer is said as the page says it", () => {
  const here = formatMoment(AT, { zone: true });
  const said = inViewersZone({ until_then: SAID, reply_by: AT })(`This is urgent. ${SAID}`);
  expect(said).toBe(`This is urgent. A nurse answers by ${here}. If it gets worse, write here.`);
});

test("zones without letters are found; other times stay", () => {
  const told = "Nobody is on duty now; a nurse answers by Monday 5 January, 08:00 UTC+05:30. Wait.";
  const convert = inViewersZone({ until_then: told, reply_by: AT });
  expect(convert(told)).not.toContain("08:00 UTC+05:30");
  expect(convert("Come on Monday 5 January, 09:00 UTC")).toBe("Come on Monday 5 January, 09:00 UTC");
});

test("without a promise a text stays as it is", () => {
  expect(inViewersZone(null)(SAID)).toBe(SAID);
  expect(inViewersZone({ until_then: null, reply_by: AT })(SAID)).toBe(SAID);
  expect(inViewersZone({ until_then: SAID, reply_by: null })(SAID)).toBe(SAID);
});
