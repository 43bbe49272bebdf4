// Charts: uPlot on a canvas, in the page's own colours and type. A table beside each says the same in figures.
"use strict";

import uPlot from "./build/uplot.js";

const colour = (name) => getComputedStyle(document.querySelector(".ic-chart") || document.body).getPropertyValue(name).trim();
const drawn = new Map(); // element → {make, plot, data}

// Draw into this element, or draw new data there. `make` gives uPlot's options in the colours that hold now.
export function draw(element, make, data) {
  const old = drawn.get(element);
  if (old) {
    old.data = data;
    return old.plot.setData(data);
  }
  const plot = new uPlot({ ...size(element), ...make() }, data, element);
  drawn.set(element, { make, plot, data });
  new ResizeObserver(() => drawn.get(element).plot.setSize(size(element))).observe(element);
}

function size(element) {
  return { width: Math.max(240, element.clientWidth), height: Math.max(120, element.clientHeight) };
}

function again() { // the colours have changed
  for (const [element, { make, plot, data }] of drawn) {
    plot.destroy();
    drawn.set(element, { make, plot: new uPlot({ ...size(element), ...make() }, data, element), data });
  }
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);

const font = () => `${getComputedStyle(document.body).fontSize} ${getComputedStyle(document.body).fontFamily}`;

function axis(more) {
  return { stroke: colour("--ic-quiet"), font: font(), grid: { stroke: colour("--ic-line"), width: 1 }, ticks: { show: false }, ...more };
}

const whole = (_, splits) => splits.map((value) => (Number.isInteger(value) ? String(value) : ""));
const said = (at) => new Date(at * 1000).toLocaleTimeString("nl-NL", { hour: "2-digit", minute: "2-digit", timeZone: zone() });
const clock = (_, splits) => splits.map(said);
const zone = () => document.querySelector("[data-zone]")?.dataset.zone || undefined;
const fromZero = (_, low, high) => [0, Math.max(4, Math.ceil((high || 0) * 1.1))];
const still = { legend: { show: false }, cursor: { show: false } };
const count = { values: whole, size: 48, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] };

const [MINUTE, QUARTER, HOUR] = [60, 900, 3600]; // seconds
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440].map((minutes) => minutes * MINUTE);

// Whole steps of the zone's clock, from its midnight on. None is less than a minute, so that no label says the same again.
function onTheClock(_, __, low, high, step) {
  const [hour, minute] = said(low).split(":").map(Number);
  const after = (hour * HOUR + minute * MINUTE + (low % MINUTE)) % step;
  const splits = [];
  for (let at = after ? low + step - after : low; at <= high; at += step) splits.push(at);
  return splits;
}
const timeline = (least) => axis({ values: clock, splits: onTheClock, incrs: steps.filter((step) => step >= least), space: 70, size: 34 });

// From the first moment until the last: of one alone, uPlot would show a whole day.
const span = (ends) => ({ range: ({ data: [at] }, low, high) => (at.length ? ends(at[0], at.at(-1)) : [low, high]) });

// A line over time, five minutes at the least; what was not seen is a gap.
export const waiting = () => ({
  ...still,
  scales: { x: span((first, last) => [Math.min(first, last - 5 * MINUTE), last]), y: { range: fromZero } },
  axes: [timeline(MINUTE), axis(count)],
  series: [{}, { stroke: colour("--ic-chart-answered"), width: 2, fill: colour("--ic-chart-fill"), spanGaps: false, points: { show: false } }],
});

const bars = (name, more) => ({ stroke: colour(name), fill: colour(name), width: 0, paths: uPlot.paths.bars({ size: [0.7, 60] }), points: { show: false }, ...more });

// Two bars, the second before the first: of all, how many were answered. There is room for two hours at the least.
export const quarters = () => ({
  ...still,
  scales: { x: span((first, last) => [first - QUARTER / 2, Math.max(last, first + 7 * QUARTER) + QUARTER / 2]), y: { range: fromZero } },
  axes: [timeline(QUARTER), axis(count)],
  series: [{}, bars("--ic-chart-offered"), bars("--ic-chart-answered")],
});

// The same with names below and the service level as a line, in percent at the right.
export const periods = (labels) => () => ({
  ...still,
  scales: { x: { time: false, range: () => [-0.6, labels.length - 0.4] }, y: { range: fromZero }, level: { range: [0, 100] } },
  axes: [
    axis({ values: (_, splits) => splits.map((at) => labels[at] ?? ""), incrs: [1, 2, 5, 7, 10, 14, 28, 50, 100], space: 44, size: 34 }),
    axis(count),
    axis({ scale: "level", side: 1, size: 52, grid: { show: false }, values: (_, splits) => splits.map((value) => `${value}%`) }),
  ],
  series: [
    {},
    bars("--ic-chart-offered"),
    bars("--ic-chart-answered"),
    { scale: "level", stroke: colour("--ic-chart-level"), width: 3, dash: [6, 4], spanGaps: true, points: { show: labels.length < 40, size: 7, fill: colour("--ic-chart-level") } },
  ],
});
