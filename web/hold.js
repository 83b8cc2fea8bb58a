/** A button that has to wait: until there is room again, it says how long. */

import { fill, h } from "./dom.js";
import { clock } from "./limits.js";

const held = new WeakMap();

/**
 * Keeps a button from being pressed for a while, with what is left of it behind its name. It keeps the focus, as a
 * disabled one would not; so whoever listens to it asks `isHeld`.
 *
 * @param {Element} button
 * @param {number|null} seconds null, or less than one, for not at all
 * @param {() => void} [onFree]
 */
export function hold(button, seconds, onFree = () => {}) {
  if (!(seconds > 0)) return;
  release(button);
  const until = Date.now() + seconds * 1000;
  // Not part of the name, which would change each second.
  const rest = h("span", { class: "rest", "aria-hidden": "true" }, ` (${clock(seconds)})`);
  const timer = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (!button.isConnected) {
      // Its page is gone, and with it whoever waited.
      release(button);
    } else if (left > 0) {
      fill(rest, ` (${clock(left)})`);
    } else {
      release(button);
      onFree();
    }
  }, 1000);
  held.set(button, { timer, rest });
  button.setAttribute("aria-disabled", "true");
  button.append(rest);
}

export function isHeld(button) {
  return held.has(button);
}

/** Lets it be pressed again before its time. */
export function release(button) {
  if (!isHeld(button)) return;
  const { timer, rest } = held.get(button);
  clearInterval(timer);
  rest.remove();
  held.delete(button);
  button.removeAttribute("aria-disabled");
}
