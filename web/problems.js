/** Problems in the reader's words. The API's stable codes and rules name them. */

import { ApiError, NetworkError } from "./api.js";
import { t } from "./strings.js";

/** One field's problem: by its rule where there are words for it, else as the API said it. */
export function problemOf({ rule, limit, message }) {
  const words = t.rules[rule];
  if (words === undefined) return message;
  return typeof words === "function" ? words(limit) : words;
}

/** An error as one text. */
export function told(error) {
  if (error instanceof NetworkError) return t.errors.unreachable;
  if (!(error instanceof ApiError)) return error.message;
  // A limit says itself when there is room again.
  if (error.isLimit) return error.message;
  if (error.fields.length > 0) return error.fields.map(problemOf).join(" ");
  return t.errors.reasons[error.details.reason] ?? t.errors.codes[error.code] ?? error.message;
}
