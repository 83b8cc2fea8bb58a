/** Choices for this browser: language and colours. They tell nothing about a person, so they outlive the tab. */

const KEY = "peerlearn.preference.";

/** @returns {string|null} null where nothing was chosen, or the browser keeps nothing */
export function preference(name) {
  try {
    return globalThis.localStorage.getItem(KEY + name);
  } catch {
    return null;
  }
}

/** @param {string} value an empty one leaves it to the browser again */
export function prefer(name, value) {
  try {
    if (value === "") globalThis.localStorage.removeItem(KEY + name);
    else globalThis.localStorage.setItem(KEY + name, value);
  } catch {
    // It is then chosen for this page alone.
  }
}
