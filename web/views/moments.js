/** Moments in fields: they hold local time, the API takes and gives moments. */

/** @returns {string} empty where the field is, or holds no time */
export function momentOf(local) {
  const date = new Date(local ?? "");
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}

/** The value for a `datetime-local` field. */
export function localOf(moment) {
  if (!moment) return "";
  const date = new Date(moment);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
