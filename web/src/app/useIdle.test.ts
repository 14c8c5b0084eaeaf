import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useIdle } from "./useIdle";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (seconds: number) => act(() => vi.advanceTimersByTime(seconds * 1000));
const press = () => act(() => void window.dispatchEvent(new KeyboardEvent("keydown")));

test("the last minute is counted down, then one is signed out", () => {
  const leave = vi.fn();
  const { result } = renderHook(() => useIdle(15, leave));
  pass(13 * 60);
  expect(result.current.secondsLeft).toBeNull();
  pass(90);
  expect(result.current.secondsLeft).toBe(30);
  pass(31);
  expect(leave).toHaveBeenCalled();
});

test("a touch begins the time anew, but not under the warning: that wants an answer", () => {
  const leave = vi.fn();
  const { result } = renderHook(() => useIdle(2, leave));
  pass(50);
  press();
  pass(50);
  expect(result.current.secondsLeft).toBeNull();
  pass(30);
  press();
  expect(result.current.secondsLeft).toBe(40);
  act(() => result.current.stay());
  expect(result.current.secondsLeft).toBeNull();
  pass(50);
  expect(leave).not.toHaveBeenCalled();
});
