/** Buttons: their work while they are pressed, and the way out where it is refused. */

import { ApiError, NetworkError } from "./api.js";
import { h } from "./dom.js";
import { hold, isHeld } from "./hold.js";
import { told } from "./problems.js";

/**
 * Runs what a button is for. It cannot be pressed again meanwhile; a refusal is told in a toast, and where a limit is
 * used up the button waits until there is room again.
 *
 * @param {{toasts: Toasts, session: Session}} app
 * @param {() => Promise<void>} act
 * @returns {Promise<Error|null|undefined>} null: done; the refusal; undefined: it could not be pressed
 */
export async function press({ toasts, session }, button, act) {
  if (isHeld(button) || button.disabled) return undefined;
  const hadFocus = document.activeElement === button;
  button.disabled = true;
  try {
    await act();
    return null;
  } catch (error) {
    if (error.name === "AbortError") return error;
    if (!(error instanceof ApiError || error instanceof NetworkError)) throw error;
    // That one has to sign in again is what the page says by now.
    if (error.status !== 401 || session.user !== null) toasts.show(told(error));
    if (error.isLimit) hold(button, error.retryAfter);
    return error;
  } finally {
    button.disabled = false;
    if (hadFocus && document.activeElement === document.body) button.focus();
  }
}

/** The button, which from now on does that when it is pressed. */
export function listening(app, button, act) {
  button.addEventListener("click", () => press(app, button, act));
  return button;
}

/** A button that does one thing when it is pressed. */
export function pressing(app, attributes, text, act) {
  return listening(app, h("button", { type: "button", ...attributes }, text), act);
}
