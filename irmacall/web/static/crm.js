// A line in a frame of the CRM's page: how it goes at this seat, and to that page which call it is, by a reference that
// says nothing. It is no screen: it keeps no stream open and no login alive, and follows what the telephone's tabs hear.
"use strict";

import { byId, say } from "./clock.js";
import { overhear } from "./stream.js";

const AGAIN = 5000; // ms: who is not logged in, or has no tab of the telephone, is told nothing, and looks for herself
const { origin, login, lost } = byId("state").dataset;

let seat = null; // whose tabs we follow
let leave = () => {}; // and how that ends
let alive = false; // they hear the server
let asked = null; // the question on its way
let known = null; // the call that the CRM was told of, until it was told its end
let told = ""; // what was said last

function tell(event, reference) {
  if (told === `${event} ${reference}`) return;
  told = `${event} ${reference}`;
  if (window.parent !== window) window.parent.postMessage({ source: "irmacall", event, reference }, origin);
}

function offline(why) {
  asked?.abort();
  asked = null;
  alive = false;
  say(byId("state"), why);
  tell("offline", null);
}

function paint({ said, event, reference }) {
  say(byId("state"), said);
  if (known !== null && known !== reference) tell("ended", known);
  known = reference;
  if (event) tell(event, reference);
  else if (!told.startsWith("ended")) tell("ended", null); // at the beginning, and after each time without a connection
}

async function ask() {
  asked?.abort();
  const mine = (asked = new AbortController());
  try {
    const answer = await fetch("/crm/state", { signal: mine.signal, cache: "no-store" });
    const state = answer.ok ? await answer.json() : null;
    if (asked !== mine) return;
    asked = null;
    if (answer.status === 401 || answer.status === 403) return follow(null), offline(login);
    if (!state) return offline(lost);
    if (state.seat !== seat) return follow(state.seat);
    if (alive) paint(state);
  } catch {
    if (asked === mine) offline(lost);
  }
}

function follow(name) {
  leave();
  [seat, alive] = [name, false];
  leave = name === null ? () => {} : overhear(name, { heard, lost: () => offline(lost) });
}

function heard(kind) {
  const began = !alive;
  alive = true;
  if (began || kind !== "beat") askSoon();
}

let soon = 0; // nudges come in bursts
const askSoon = () => (clearTimeout(soon), (soon = setTimeout(ask, 50)));

setInterval(() => alive || document.hidden || asked || askSoon(), AGAIN);
addEventListener("pageshow", (event) => event.persisted && location.reload());
ask();
