// The wallboard. The stream tells that something changed, never what; then, and every few seconds, the whole board is
// asked for and painted as text. Rows are kept by whom they are about, so that nothing moves under a pointer or a focus.
"use strict";

import { draw, quarters, waiting } from "./charts.js";
import { byId, make, say, stop, tick, tock } from "./clock.js";
import { follow } from "./stream.js";

const EACH = 5000; // ms after which the board is asked for without a nudge
const CALM = 1000; // ms between two that are asked for
const HERE = 240000; // ms between two times that a big board, which nobody touches, keeps its login

let [fetching, again, askedAt, paintedAt] = [false, false, -Infinity, ""];
let [beats, fetched, touched] = [true, false, false]; // the stream lives; the board was had; somebody is here

const parts = (row) => Object.fromEntries([...row.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));

async function refresh() {
  if (fetching) return (again = true);
  fetching = true;
  askedAt = performance.now();
  try {
    const answer = await fetch("/wallboard/state", { cache: "no-store" });
    if (answer.status === 401 || answer.status === 403) return location.assign("/login");
    if (!answer.ok) throw new Error(answer.status);
    paint(await answer.json());
    fetched = true;
  } catch {
    fetched = false;
  } finally {
    show();
    fetching = false;
    if (again) setTimeout(refresh, CALM);
    again = false;
  }
}

function soon() { // at once, but seldom
  const wait = askedAt + CALM - performance.now();
  if (wait <= 0) refresh();
  else if (!again) setTimeout(refresh, wait);
}

function show() { // whether it is live
  const live = beats && fetched;
  document.body.classList.toggle("ic-board--lost", !live);
  say(byId("live"), live ? byId("live").dataset.live : byId("live").dataset.lost);
  say(byId("alarm"), live || !paintedAt ? "" : byId("alerts").dataset.lost.replace("{at}", paintedAt));
}

function lost() {
  beats = false;
  show();
}

function heard(kind) {
  const back = !beats;
  beats = true;
  if (back || kind === "panel") soon();
}

function paint(board) {
  paintedAt = board.at;
  say(byId("at"), board.at);
  note("emergency", "emergency-told", board.emergency);
  note("stale", "stale", board.stale);
  paintTiles(board.tiles);
  for (const [row, queue] of rows(byId("queues"), board.queues, "queue-row")) paintQueue(parts(row), queue);
  for (const [row, agent] of rows(byId("agents"), board.agents, "agent-row")) paintAgent(parts(row), agent, row);
  byId("nobody").hidden = board.agents.length > 0;
  paintCallbacks(board.callbacks);
  say(byId("nodes"), board.nodes);
  byId("nodes").dataset.state = board.nodes_state;
  say(byId("watched"), board.watched);
  paintQuarters(board.quarters);
  draw(byId("waiting-chart"), waiting, board.charts.waiting);
  draw(byId("quarters-chart"), quarters, board.charts.quarters);
}

function note(name, where, text) {
  say(byId(where), text);
  byId(name).hidden = !text;
}

function paintTiles(tiles) {
  for (const part of document.querySelectorAll(".ic-tile [data-part]")) {
    if (part.dataset.part === "longest") clock(part, tiles.longest);
    else say(part, tiles[part.dataset.part]);
  }
  document.querySelector('[data-tile="wait"]').dataset.state = tiles.wait_state;
  document.querySelector('[data-tile="there"]').dataset.state = tiles.there_state;
  document.querySelector('[data-tile="level"]').dataset.state = tiles.level_state;
}

function paintQueue(part, queue) {
  for (const name of ["title", "waiting", "wait_told", "free", "agents", "offered", "answered", "abandoned", "average_wait", "level", "level_told", "aim"]) say(part[name], queue[name]);
  clock(part.longest, queue.longest);
  part.longest.dataset.state = queue.wait_state;
  part.agents.dataset.state = queue.there_state;
  part.level.dataset.state = queue.level_state;
}

function paintAgent(part, agent, row) {
  for (const name of ["name", "told", "note", "answered", "talk"]) say(part[name], agent[name]);
  part.told.dataset.doing = agent.doing;
  clock(part.seconds, agent.left ?? agent.seconds, agent.left === null ? 1 : -1);
  part.acts.href = agent.acts;
  part.glass.hidden = agent.glass === null;
  if (agent.glass !== null) part.glass.href = agent.glass;
  for (const name of row.querySelectorAll("[data-name]")) say(name, agent.name);
}

function paintCallbacks({ rows: callbacks, more }) {
  const numbered = callbacks.map((callback, at) => ({ id: String(at), ...callback }));
  for (const [row, callback] of rows(byId("callbacks"), numbered, "callback-row")) {
    const part = parts(row);
    for (const name of ["title", "tries", "when"]) say(part[name], callback[name]);
    clock(part.due, callback.due, -1, "");
    tick(part.asked, callback.asked);
  }
  byId("no-callbacks").hidden = callbacks.length > 0;
  say(byId("callbacks-more"), more);
}

function paintQuarters(quarterRows) {
  const keyed = quarterRows.map((cells) => ({ id: cells[0], cells }));
  for (const [row, { cells }] of rows(byId("quarters"), keyed, null)) {
    while (row.children.length < cells.length) row.append(make(row.children.length ? "td" : "th"));
    row.children[0].scope = "row";
    cells.forEach((text, at) => say(row.children[at], text));
  }
}

function rows(table, wanted, template) { // [row, what it shows]: each row stays whose it is, in the order that is wanted
  const known = new Map([...table.children].map((row) => [row.dataset.id, row]));
  const found = wanted.map((one) => {
    const row = known.get(one.id) ?? (template ? byId(template).content.firstElementChild.cloneNode(true) : make("tr"));
    row.dataset.id = one.id;
    known.delete(one.id);
    return [row, one];
  });
  for (const gone of known.values()) gone.remove();
  found.forEach(([row], at) => table.children[at] !== row && table.insertBefore(row, table.children[at] ?? null));
  return found;
}

function clock(element, seconds, direction = 1, nothing = "–") { // null: nothing to count
  if (seconds !== null) return tick(element, seconds, direction);
  stop(element);
  say(element, nothing);
}

function big(is) {
  document.body.classList.toggle("ic-board--big", is);
  byId("big").setAttribute("aria-pressed", String(is));
  say(byId("big"), is ? byId("big").dataset.small : byId("big").dataset.big);
  history.replaceState(null, "", is ? "/wallboard?big" : "/wallboard");
  if (is) document.documentElement.requestFullscreen?.().catch(() => {}); // refused: the page is big all the same
  else if (document.fullscreenElement) document.exitFullscreen();
}

const isBig = () => document.body.classList.contains("ic-board--big");
byId("big").addEventListener("click", () => big(!isBig()));
document.addEventListener("keydown", (event) => {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.code !== "KeyF") return;
  event.preventDefault();
  big(!isBig());
});
for (const act of ["pointerdown", "keydown"]) document.addEventListener(act, () => (touched = true));
setInterval(() => {
  if (touched || isBig()) fetch("/here", { method: "POST", headers: { "X-CSRF-Token": byId("token").content, "Content-Type": "application/json" }, body: "{}" }).catch(lost);
  touched = false;
}, HERE);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(() => document.hidden || refresh(), EACH);
setInterval(tock, 1000);
follow(byId("token").dataset.seat, { heard, lost, refused: refresh });
refresh();
