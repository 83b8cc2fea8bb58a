/** Which learners need their tutor first, from what the roster says of them. */

import { t } from "../strings.js";

const DAY = 86_400_000;
const LONG_AWAY_DAYS = 7;

/** Each problem of a learner, in words; none where somebody is done, or has only just come. */
export function needs({ status, missing, lastAccessed, enrolledAt, completedModules, totalModules }, now = Date.now()) {
  if (status !== "active") return [];
  const days = Math.floor((now - new Date(lastAccessed ?? enrolledAt)) / DAY);
  const isBehind = totalModules === undefined || completedModules < totalModules;
  return [
    missing > 0 && t.learners.missing(missing),
    isBehind && days >= LONG_AWAY_DAYS && (lastAccessed ? t.learners.away(days) : t.learners.never),
  ].filter(Boolean);
}

/** More that is missing first, then less progress, then longer away. */
export function byNeed(one, other) {
  return (
    rank(other) - rank(one) ||
    (other.missing ?? 0) - (one.missing ?? 0) ||
    share(one) - share(other) ||
    (one.lastAccessed ?? "").localeCompare(other.lastAccessed ?? "")
  );
}

function rank(entry) {
  return Math.min(needs(entry).length, 1) + (entry.status === "active" ? 1 : 0);
}

function share({ completedModules = 0, totalModules = 0 }) {
  return totalModules === 0 ? 0 : completedModules / totalModules;
}
