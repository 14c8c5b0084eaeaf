import { expect, test } from "vitest";
import { formatBytes, formatMilliseconds, formatPercent, formatSeconds } from "./format";

test.each([
  [0, "0 B"],
  [1023, "1,023 B"],
  [1024, "1 KiB"],
  [1.5 * 1024 ** 3, "1.5 GiB"],
  [3 * 1024 ** 6, "3,072 PiB"],
])("%i bytes", (bytes, said) => {
  expect(formatBytes(bytes)).toBe(said);
});

test.each([
  [0.4, "0.4 ms"],
  [12.4, "12 ms"],
  [1400, "1.4 s"],
])("%d milliseconds", (milliseconds, said) => {
  expect(formatMilliseconds(milliseconds)).toBe(said);
});

test.each([
  [0, "0 s"],
  [59.4, "59 s"],
  [60, "1 min"],
  [3600, "1 h"],
  [11_100, "3 h 5 min"],
  [187_200, "2 d 4 h"],
])("%d seconds", (seconds, said) => {
  expect(formatSeconds(seconds)).toBe(said);
});

test("uptime keeps two places, so that 99.95 % is not 100 %", () => {
  expect(formatPercent(99.951)).toBe("99.95 %");
});
