/**
 * Pictures, drawn as SVG without a library: the page's policy lets no styles and no markup from scripts in.
 *
 * Each has one sentence with its numbers (its label), and a table with the same below it. Nothing is told by colour alone,
 * nothing needs a pointer, and all colours are classes, so that they follow the scheme. Small ones that stand beside a
 * text which says the same have the sentence only.
 */

import { dated, h, plain, svg, table } from "./dom.js";
import { number, t } from "./strings.js";

const DAY = 86_400_000;
const SHORT = { day: "numeric", month: "short" };

/** A picture with its table. */
function figure(sentence, drawing, columns, rows) {
  const row = (cells) =>
    h(
      "tr",
      {},
      cells.map((cell) => h("td", {}, cell)),
    );
  return h(
    "figure",
    { class: "plot" },
    drawing,
    h("figcaption", { class: "fine" }, sentence),
    h("details", {}, h("summary", {}, t.plots.table), table(plain(sentence), columns, rows.map(row))),
  );
}

function picture(sentence, width, height, attributes, ...children) {
  const box = { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": sentence };
  return svg("svg", { ...box, ...attributes }, ...children);
}

/** A ring that closes with what is done. */
export function ring(done, total, percent = total > 0 ? Math.floor((100 * done) / total) : 0) {
  const share = total > 0 ? done / total : 0;
  const around = 2 * Math.PI * 26;
  const circle = (kind, more = {}) => svg("circle", { cx: 32, cy: 32, r: 26, class: `ring ${kind}`, ...more });
  const dash = { "stroke-dasharray": `${share * around} ${around}`, transform: "rotate(-90 32 32)" };
  return picture(
    t.plots.done(done, total),
    64,
    64,
    { class: "small ringed" },
    circle("track"),
    share > 0 && circle("brand", dash),
    svg("text", { x: 32, y: 37, class: "middle" }, `${percent} %`),
  );
}

/** Modules one beside the other: done, next, open. `isDone` says it of each by its index. */
export function strip(total, isDone, sentence) {
  const width = 240;
  const gap = total > 24 ? 1 : 3;
  const each = (width - gap * (total - 1)) / Math.max(total, 1);
  const done = Array.from({ length: total }, (_, index) => isDone(index));
  const next = done.indexOf(false);
  const kind = (index) => (done[index] ? "brand" : index === next ? "next" : "track");
  const box = (_, index) =>
    svg("rect", {
      x: index * (each + gap),
      y: 2,
      width: each,
      height: 8,
      rx: Math.min(2, each / 2),
      class: kind(index),
    });
  const label = sentence ?? t.plots.done(done.filter(Boolean).length, total);
  return picture(label, width, 12, { class: "wide", preserveAspectRatio: "none" }, done.map(box));
}

/** Parts of a whole, one behind the other: `[number, class, word]` each. */
function bar(parts, sentence) {
  const whole = parts.reduce((sum, [value]) => sum + value, 0);
  let x = 0;
  const boxes = parts.map(([value, kind]) => {
    const width = whole > 0 ? (320 * value) / whole : 0;
    const box = value > 0 && svg("rect", { x, y: 0, width: Math.max(width - 2, 1), height: 14, rx: 3, class: kind });
    x += width;
    return box;
  });
  const track = svg("rect", { x: 0, y: 0, width: 320, height: 14, rx: 3, class: "track" });
  return picture(sentence, 320, 14, { class: "wide", preserveAspectRatio: "none" }, track, boxes);
}

/** Seats: taken and free, and a dot for each who waits; one's own is filled. */
export function seatsPlot({ capacity, seatsTaken, waitlistLength }, position = null) {
  const sentence = t.plots.seats(seatsTaken, capacity, waitlistLength, position);
  const rows = [
    [t.plots.taken, number(seatsTaken)],
    ...(capacity === null ? [] : [[t.plots.free, number(capacity - seatsTaken)]]),
    [t.plots.waiting, number(waitlistLength)],
  ];
  const parts = [
    [seatsTaken, "brand"],
    [capacity === null ? 0 : Math.max(0, capacity - seatsTaken), "track"],
  ];
  const shown = Math.min(waitlistLength, 20);
  const dot = (_, index) =>
    svg("circle", { cx: 8 + 15 * index, cy: 8, r: 5, class: index + 1 === position ? "dot-mine" : "dot-waiting" });
  const queue =
    shown > 0 &&
    svg("svg", { viewBox: "0 0 320 16", class: "wide", "aria-hidden": "true" }, Array.from({ length: shown }, dot));
  return figure(sentence, [bar(parts, sentence), queue], [t.plots.what, t.plots.number], rows);
}

/** Hand-ins: graded, to grade, missing. */
export function handInsPlot({ graded, ungraded, missing }) {
  const sentence = t.plots.handIns(graded, ungraded, missing);
  const parts = [
    [graded, "good", t.plots.graded],
    [ungraded, "warn striped", t.plots.ungraded],
    [missing, "track", t.plots.missing],
  ];
  const rows = parts.map(([value, , word]) => [word, number(value)]);
  return figure(sentence, bar(parts, sentence), [t.plots.what, t.plots.number], rows);
}

/** How grades are spread: `distribution` as the API gives it, `{from, to, count}` each. */
export function gradesPlot({ mean, median, graded, distribution }) {
  const sentence = t.plots.grades(graded, number(mean), number(median));
  const most = Math.max(1, ...distribution.map(({ count }) => count));
  const each = 320 / distribution.length;
  const last = distribution.at(-1)?.to ?? 1;
  const column = ({ from, count }, index) => {
    const height = (90 * count) / most;
    const middle = index * each + each / 2;
    return [
      svg("rect", { x: index * each + 2, y: 110 - height, width: each - 4, height, class: "brand" }),
      count > 0 && svg("text", { x: middle, y: 106 - height, class: "middle" }, count),
      svg("text", { x: middle, y: 126, class: "middle" }, number(from)),
    ];
  };
  const at = (320 * mean) / last;
  const drawing = picture(
    sentence,
    320,
    132,
    {},
    distribution.map(column),
    svg("line", { x1: at, x2: at, y1: 4, y2: 110, class: "mean" }),
  );
  const rows = distribution.map(({ from, to, count }) => [t.plots.range(number(from), number(to)), number(count)]);
  return figure(sentence, drawing, [t.plots.grade, t.plots.number], rows);
}

/**
 * Points over time, a step for each award. `entries` newest first, as the API gives them; `total` is what they lead to.
 * Whole courses and excellent grades have a dot.
 */
export function pointsPlot(entries, total) {
  const steps = [];
  let sum = total;
  for (const entry of entries) {
    steps.unshift({ ...entry, sum, at: new Date(entry.awardedAt).getTime() });
    sum -= entry.points;
  }
  const [first, last] = [steps[0], steps.at(-1)];
  const sentence = t.plots.points(number(total), dated(first.awardedAt, SHORT), steps.length);
  const span = Math.max(last.at - first.at, 1);
  const most = Math.max(1, ...steps.map((step) => step.sum));
  const x = (at) => 34 + (276 * (at - first.at)) / span;
  const y = (points) => 100 - (86 * points) / most;
  let path = `M 34 ${y(sum)}`;
  for (const step of steps) path += ` H ${x(step.at)} V ${y(step.sum)}`;
  path += " H 310";
  const mark = (step) =>
    ["course_completed", "excellent_grade", "perfect_grade"].includes(step.reason) &&
    svg("circle", { cx: x(step.at), cy: y(step.sum), r: 3.5, class: "mark" });
  const drawing = picture(
    sentence,
    320,
    122,
    {},
    [0, most / 2, most].map((value) => [
      svg("line", { x1: 34, x2: 310, y1: y(value), y2: y(value), class: "grid" }),
      svg("text", { x: 28, y: y(value) + 4, class: "end" }, number(Math.round(value))),
    ]),
    svg("path", { d: path, class: "step" }),
    steps.map(mark),
    svg("text", { x: 34, y: 118 }, dated(first.awardedAt, SHORT)),
    svg("text", { x: 310, y: 118, class: "end" }, dated(last.awardedAt, SHORT)),
  );
  const rows = steps
    .toReversed()
    .map((step) => [
      dated(step.awardedAt, { dateStyle: "medium" }),
      t.points.deeds[step.reason] ?? step.reason,
      number(step.points),
      number(step.sum),
    ]);
  return figure(sentence, drawing, [t.plots.day, t.plots.what, t.plots.amount, t.plots.sum], rows);
}

/** Days of study, a square each, a week a column; darker where more was done. */
export function daysPlot(moments, weeks = 8, now = Date.now()) {
  const today = startOfDay(now);
  const monday = today - ((new Date(today).getDay() + 6) % 7) * DAY;
  const first = startOfDay(monday - (weeks - 1) * 7 * DAY + DAY / 2);
  const counts = new Map();
  for (const moment of moments) {
    const day = Math.round((startOfDay(new Date(moment).getTime()) - first) / DAY);
    if (day >= 0) counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  const present = Math.round((today - first) / DAY);
  let streak = 0;
  // A day that is not over yet breaks nothing.
  for (let day = counts.has(present) ? present : present - 1; counts.has(day); day -= 1) streak += 1;
  const sentence = t.plots.days(counts.size, weeks, streak);
  const box = (_, day) =>
    day <= present &&
    svg("rect", {
      x: 20 * Math.floor(day / 7),
      y: 16 * (day % 7),
      width: 14,
      height: 14,
      rx: 3,
      class: `level-${Math.min(counts.get(day) ?? 0, 3)}`,
    });
  const drawing = picture(sentence, 20 * weeks, 112, { class: "days" }, Array.from({ length: 7 * weeks }, box));
  const name = (day) => dated(first + day * DAY + DAY / 2, { weekday: "short", ...SHORT });
  const rows = [...counts].sort(([one], [other]) => other - one).map(([day, count]) => [name(day), number(count)]);
  return figure(sentence, drawing, [t.plots.day, t.plots.modules], rows);
}

function startOfDay(moment) {
  return new Date(moment).setHours(0, 0, 0, 0);
}
