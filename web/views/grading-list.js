/** The learners of an assessment: to be graded, graded, or without any work. */

import { dated } from "../dom.js";
import { t } from "../strings.js";

/**
 * One entry a learner, in the order in which they have handed in; who has not, behind them by name.
 *
 * @returns {{learnerId: string, name: string, since: string|null, latest: object|null, earlier: object[]}[]} `since`
 *   tells those of one name apart
 */
export function peopleOf(submissions, roster) {
  const known = new Map(roster.map((entry) => [entry.learnerId, entry]));
  const people = new Map();
  for (const one of submissions) {
    const found = people.get(one.learnerId) ?? personOf(one.learnerId, known);
    people.set(one.learnerId, found);
    found.earlier.push(one);
  }
  for (const person of people.values()) {
    person.earlier.sort((one, other) => other.attempt - one.attempt);
    person.latest = person.earlier.shift();
  }
  const handedIn = [...people.values()].sort((one, other) =>
    one.latest.submittedAt < other.latest.submittedAt ? -1 : 1,
  );
  const others = roster
    .filter(({ learnerId, status }) => ["active", "completed"].includes(status) && !people.has(learnerId))
    .map(({ learnerId }) => personOf(learnerId, known))
    .sort((one, other) => one.name.localeCompare(other.name));
  return distinct([...handedIn, ...others], known);
}

function personOf(learnerId, known) {
  const name = known.get(learnerId)?.learner.name ?? t.chat.stranger;
  return { learnerId, name, since: null, latest: null, earlier: [] };
}

function distinct(people, known) {
  const names = people.map(({ name }) => name);
  for (const person of people) {
    const enrolledAt = known.get(person.learnerId)?.enrolledAt;
    const isAlone = names.filter((name) => name === person.name).length === 1;
    if (!isAlone && enrolledAt) person.since = t.learners.since(dated(enrolledAt, { dateStyle: "medium" }));
  }
  return people;
}

export function groupsOf(people) {
  return {
    ungraded: people.filter(({ latest }) => latest && !latest.gradedAt),
    graded: people.filter(({ latest }) => latest?.gradedAt),
    missing: people.filter(({ latest }) => !latest),
  };
}
