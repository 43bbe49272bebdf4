// The screen of who has a phone. The stream tells that something changed, never what; the card is asked for and painted only
// while it is ours to show: page visible, stream alive, grant current. Everything is painted as text.
"use strict";

import { asking } from "./asking.js";
import { clearTalking, paintRinging, paintTalking, startCall } from "./call.js";
import { byId, make, say, stopAll, tick, tock } from "./clock.js";
import { paintIdentify, startIdentify } from "./identify.js";
import { startKeys } from "./keys.js";
import { paintCallbacks, paintQueues, paintState } from "./panel.js";
import { startDirectory } from "./people.js";
import { quiet, showState, startSigns, tellOfCall } from "./signs.js";
import { follow } from "./stream.js";
import { startToday, talked } from "./today.js";
import { forget, keepFor, startTransfers } from "./transfer.js";

let asked = null; // the card that is being fetched or shown: {call, grant, abort}
let known = null; // the call whose caller was shown, to tell her when that is withdrawn
let panelAsked = null; // the panel fetch on its way
let alive = false; // the stream beats
let stream = null;

function blank() {
  if (asked) asked.abort.abort();
  asked = null;
  stopAll(byId("card"));
  for (const field of byId("card").querySelectorAll("[data-card], [data-clock], #others")) field.replaceChildren();
  byId("crm").removeAttribute("href");
  byId("card").hidden = byId("crm").hidden = byId("fetching").hidden = byId("message").hidden = true;
}

const { get, post } = asking(() => (blankAll(), location.assign("/login")));

// What she typed about the caller goes with the card, and what stands under it is said anew where it has its place then.
const blankAll = () => (blank(), forget(), say(byId("call-state"), ""));

async function askCard(call, grant) {
  if (asked && asked.call === call && asked.grant === grant) return;
  blank();
  if (document.hidden || !alive) return;
  const mine = (asked = { call, grant, abort: new AbortController() });
  byId("fetching").hidden = false;
  const card = await get(`/card?${new URLSearchParams({ call, grant })}`, mine.abort);
  if (asked !== mine) return; // blanked or overtaken meanwhile: a late answer never paints
  byId("fetching").hidden = true;
  if (card && card.call === call && card.grant === grant) return paintCard(card);
  blank();
  setTimeout(refresh, 1000);
}

function paintCard(card) {
  for (const field of byId("card").querySelectorAll("[data-card]")) field.textContent = card[field.dataset.card];
  byId("message").hidden = !card.note;
  byId("known").hidden = !card.identified;
  if (card.identified) paintWho(card);
  else say(byId("anonymous"), card.unknown);
  byId("talking").hidden = byId("card").hidden = false;
  byId("idle").hidden = byId("ringing").hidden = true;
  byId("anonymous").hidden = card.identified;
  byId("hangup").value = card.call;
  byId("doubt").value = String(card.grant);
  known = card.identified ? card.call : null;
  talked(true);
  alarm("");
}

function paintWho(card) {
  byId("greeting").lang = card.language;
  const rows = card.others.map(([label, value]) => make("div", make("dt", label), make("dd", make("bdi", value))));
  byId("others").replaceChildren(...rows);
  byId("demo").hidden = !(byId("real").hidden = card.demo);
  if (card.crm) byId("crm").href = card.crm;
  byId("crm").hidden = !card.crm;
  for (const clock of byId("card").querySelectorAll("[data-clock]")) {
    if (clock.dataset.clock === "left") tick(clock, card.left, -1, blank);
    else tick(clock, card[clock.dataset.clock]);
  }
}

let soon = 0; // nudges come in bursts, and the card goes first: the panel can wait a moment
const refreshSoon = () => (clearTimeout(soon), (soon = setTimeout(refresh, 50)));
async function refresh() {
  if (panelAsked) panelAsked.abort();
  const [mine, panel] = [(panelAsked = new AbortController()), await get("/panel", panelAsked)];
  if (panelAsked !== mine || mine.signal.aborted) return;
  if (panel && panel.seat !== byId("token").dataset.seat) return location.reload(); // another login, in another tab
  if (panel) paintPanel(panel);
  else setTimeout(() => panelAsked === mine && refresh(), 1000);
}

function paintPanel(panel) {
  const { ringing, talking } = panel;
  keepFor(talking);
  paintIdentify(talking);
  const state = talking ? "talking" : ringing ? "ringing" : panel.availability;
  paintState(panel, state);
  showState(state, panel.headline);
  tellOfCall(ringing && !talking ? ringing.told : null, stream.leads());
  talked(Boolean(talking));
  if (byId("queues")) paintQueues(panel.waiting); // an official's page has none
  if (byId("queues")) paintCallbacks(panel.callbacks);
  say(byId("said"), panel.announcement);
  byId("ringing").hidden = !ringing;
  byId("talking").hidden = !talking;
  byId("idle").hidden = Boolean(ringing || talking);
  byId("anonymous").hidden = !talking || (talking.grant !== null && talking.identified);
  say(byId("returned"), talking ? talking.returned : "");
  if (ringing) paintRinging(ringing);
  if (talking) paintTalking(talking);
  else clearTalking();
  if (talking && talking.grant !== null) return askCard(talking.call, talking.grant);
  if (!talking) known = null; // the call may come back to this one, as another's
  alarm(talking && talking.hers && talking.call === known ? "withdrawn" : "");
  blank();
}

const alarm = (kind) => say(byId("alarm"), kind ? byId("alerts").dataset[kind] : "");

function heard(kind, data) {
  const began = !alive;
  if (began) {
    alive = true;
    alarm("");
    refresh();
  }
  if (kind === "panel" && !began) refreshSoon();
  if (kind === "blank") blankAll(), refresh();
  if (kind !== "card") return;
  if (panelAsked) panelAsked.abort(); // what it would say is older than this card
  askCard(data.split(" ")[1], Number(data.split(" ")[0]));
  refreshSoon();
}

function lost() {
  alive = false;
  if (panelAsked) panelAsked.abort();
  blankAll();
  quiet();
  showState("lost");
  alarm("lost");
}

const seen = () => (document.hidden ? blankAll() : alive && refresh());
for (const change of ["visibilitychange", "resume"]) document.addEventListener(change, seen);
document.addEventListener("freeze", lost); // and nothing until a beat is heard again
addEventListener("pagehide", () => (blankAll(), stream.leave()));
addEventListener("pageshow", (event) => event.persisted && location.reload());

const REFUSED = { "/transfer": "noTarget", "/act": "noAct", "/hangup": "noAct", "/doubt": "noAct", "/identify": "noNumber" };
async function act(path, given = {}) {
  if (path === "/doubt") known = null; // she knows why it goes: no alarm about it
  const answer = await post(path, given);
  if (!answer?.ok) alarm((answer?.status === 403 && REFUSED[path]) || "failed");
  else if (path !== "/here") refresh();
  return Boolean(answer?.ok);
}

byId("available").addEventListener("click", () => act("/available"));
byId("pause").addEventListener("click", () => act("/pause", { reason: byId("reason").value }));
byId("more").addEventListener("click", () => act("/wrap-up"));
startKeys();
startCall(act);
startTransfers(get, act);
startIdentify(act);
startDirectory(get);
startSigns();
startToday(get);

let lastHere = 0; // somebody at the screen keeps the login alive, at most once a minute
for (const sign of ["pointerdown", "keydown"]) {
  addEventListener(sign, () => Date.now() - lastHere > 60000 && ((lastHere = Date.now()), act("/here")));
}

const AGAIN = 5000; // ms: who holds no seat here is not told that her phone rings, and looks for herself
const looks = () => alive && !document.hidden && byId("state").dataset.availability === "away";
setInterval(() => looks() && refresh(), AGAIN);
setInterval(tock, 1000);
stream = follow(byId("token").dataset.seat, { heard, lost, refused: refresh });
