import { afterEach, describe, expect, it } from "vitest";
import { keyOf } from "./shortcuts";

function press(target: Element, init: KeyboardEventInit): string | null {
  let found: string | null = "not heard";
  const heard = (event: Event) => {
    found = keyOf(event as KeyboardEvent);
  };
  window.addEventListener("keydown", heard, { once: true });
  target.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
  return found;
}

function add(html: string): Element {
  document.body.innerHTML = html;
  return document.body.firstElementChild as Element;
}

afterEach(() => {
  document.body.innerHTML = "";
});

describe("keyOf", () => {
  it("gives letters and arrows where nobody types", () => {
    expect(press(document.body, { key: "j" })).toBe("j");
    expect(press(document.body, { key: "J", shiftKey: true })).toBe("j");
    expect(press(document.body, { key: "ArrowDown" })).toBe("j");
    expect(press(document.body, { key: "?" })).toBe("?");
    expect(press(document.body, { key: "Tab" })).toBeNull();
  });

  it.each(["<input>", "<textarea></textarea>", "<select></select>", '<p contenteditable="true"></p>'])(
    "leaves keys to %s",
    (html) => {
      expect(press(add(html), { key: "c" })).toBeNull();
    },
  );

  it("leaves keys to the browser where Ctrl, Alt or Cmd is held", () => {
    expect(press(document.body, { key: "c", ctrlKey: true })).toBeNull();
    expect(press(document.body, { key: "c", metaKey: true })).toBeNull();
    expect(press(document.body, { key: "c", altKey: true })).toBeNull();
  });

  it("leaves keys to an open dialog", () => {
    add('<div role="dialog" aria-modal="true"></div>');
    expect(press(document.body, { key: "c" })).toBeNull();
  });
});
