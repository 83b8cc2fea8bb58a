/**
 * The name of this device, and the way in which the API knows it again.
 *
 * Somebody who types wrong passwords for an address locks it for a while. A device that has signed in there before shows
 * a device token and is let in all the same. It opens nothing, so it may stay in localStorage, where it outlives the tab;
 * there is one for each address, as several people may use this browser.
 */

const KEY = "peerlearn.deviceToken.";
const NAME_MAX_LENGTH = 60;
// The first that fits: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
const BROWSERS = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\b(?:OPR|Opera)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|Chromium|HeadlessChrome|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const SYSTEMS = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac(?:intosh| OS)\b/, "Mac"],
  [/\bLinux\b/, "Linux"],
];

/** "Firefox on Linux": enough to tell one's own devices apart, and no more. */
export function deviceName(userAgent) {
  const named = (names) => names.find(([pattern]) => pattern.test(userAgent))?.[1];
  const parts = [named(BROWSERS) ?? "Browser", named(SYSTEMS)].filter(Boolean);
  return parts.join(" on ").slice(0, NAME_MAX_LENGTH);
}

export class Devices {
  #storage;

  /**
   * @param {string} [userAgent]
   * @param {() => Storage} [storage] a function: a browser that keeps nothing throws when it is asked for it
   */
  constructor(userAgent = globalThis.navigator?.userAgent ?? "", storage = () => globalThis.localStorage) {
    this.name = deviceName(userAgent);
    this.#storage = storage;
  }

  /** @returns {string|undefined} what the API has answered here to this address */
  tokenFor(email) {
    return this.#tried((storage) => storage.getItem(key(email))) ?? undefined;
  }

  keep(email, token) {
    if (token) this.#tried((storage) => storage.setItem(key(email), token));
  }

  forget(email) {
    this.#tried((storage) => storage.removeItem(key(email)));
  }

  #tried(use) {
    try {
      return use(this.#storage());
    } catch {
      // Without it everything works; only others' wrong passwords may lock this device out too.
      return null;
    }
  }
}

function key(email) {
  return KEY + email.trim().toLowerCase();
}
