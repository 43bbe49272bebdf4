// What the agent's screen is painted with: text, never markup, and clocks that count on by themselves.
"use strict";

export const byId = (id) => document.getElementById(id);

export function say(element, text) { // only what is new, or a screen reader says it again and a selection is lost
  if (element.textContent !== text) element.textContent = text;
}

export function make(tag, ...inside) {
  const element = document.createElement(tag);
  return element.append(...inside), element;
}

const ticking = new Map(); // element → {seconds, direction, from, over}
const now = ({ seconds, direction, from }) => Math.max(0, seconds + (direction * (performance.now() - from)) / 1000);

// Count up (direction 1) or down (-1) from so many seconds; `over` is called when nothing is left. A clock that shows
// this already goes on as it was: an answer that was a moment on its way does not set it back.
export function tick(element, seconds, direction = 1, over = null) {
  const old = ticking.get(element);
  const same = old && old.direction === direction && Math.abs(now(old) - seconds) < 1;
  ticking.set(element, same ? { ...old, over } : { seconds, direction, from: performance.now(), over });
  paint(element);
}

export function stop(element) {
  ticking.delete(element);
}

export function stopAll(inside) {
  for (const element of ticking.keys()) if (inside.contains(element)) stop(element);
}

function paint(element) {
  const shown = Math.floor(now(ticking.get(element)));
  const [hours, minutes, seconds] = [Math.floor(shown / 3600), Math.floor(shown / 60) % 60, shown % 60];
  const two = (number) => String(number).padStart(2, "0");
  say(element, hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`);
}

export function tock() {
  for (const [element, clock] of ticking) {
    if (!element.isConnected) stop(element);
    else paint(element);
    if (clock.over && now(clock) < 1) return clock.over();
  }
}
