// What she did today, where nobody is on the line: without names. Asked after each call, and now and then.
"use strict";

import { byId, make, say } from "./clock.js";

const AGAIN = 300000; // ms
const SOON = 1500; // ms after a call in which its record is written

let get = null;
let on = false; // she talks

async function look() {
  const day = await get("/today", new AbortController());
  if (!day) return;
  say(byId("today-told"), day.told);
  byId("today-table").hidden = !day.rows.length;
  byId("today-calls").replaceChildren(...day.rows.map(row));
  byId("today").hidden = false;
}

function row({ clock, queue, about, passed, length }) {
  const head = make("th", clock);
  head.scope = "row";
  return make("tr", head, make("td", [queue, about, passed].filter(Boolean).join(" · ")), make("td", length));
}

// The state that was painted last: a call that is over is a row more.
export function talked(now) {
  if (on && !now && get) setTimeout(look, SOON);
  on = now;
}

export function startToday(ask) {
  if (!byId("today")) return;
  get = ask;
  look();
  setInterval(() => !document.hidden && look(), AGAIN);
}
