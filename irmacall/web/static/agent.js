// The agent's screen. The stream tells that something changed, never what; the card is asked for and painted only
// while it is ours to show: page visible, stream alive, grant current. Everything is painted as text.
"use strict";

const SILENCE = 3000; // ms without a beat after which nothing may be shown
const byId = (id) => document.getElementById(id);

let asked = null; // the card that is being fetched or shown: {call, grant, abort}
let known = null; // the call whose caller was shown, to tell her when that is withdrawn
let panelAsked = null; // the panel fetch on its way
let alive = false; // the stream beats
let [stream, watchdog, heardAt] = [null, 0, Infinity];
let ticking = []; // [element, seconds, direction, since when]

async function get(path, abort) { // null: not to be had now, or overtaken
  try {
    const answer = await fetch(path, { signal: abort.signal, cache: "no-store" });
    if (answer.status === 401) leave();
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function blank() {
  if (asked) asked.abort.abort();
  asked = null;
  ticking = ticking.filter(([element]) => !byId("card").contains(element));
  for (const field of byId("card").querySelectorAll("[data-card], [data-clock], #others")) field.replaceChildren();
  byId("crm").removeAttribute("href");
  byId("card").hidden = byId("crm").hidden = byId("fetching").hidden = true;
}

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
  const rows = card.others.map(([label, value]) => make("div", make("dt", label), make("dd", make("bdi", value))));
  byId("others").replaceChildren(...rows);
  byId("demo").hidden = !(byId("real").hidden = card.demo);
  if (card.crm) byId("crm").href = card.crm;
  byId("crm").hidden = !card.crm;
  for (const clock of byId("card").querySelectorAll("[data-clock]")) {
    tick(clock, card[clock.dataset.clock], clock.dataset.clock === "left" ? -1 : 1);
  }
  byId("talking").hidden = byId("card").hidden = false;
  byId("idle").hidden = byId("ringing").hidden = byId("anonymous").hidden = true;
  known = byId("hangup").value = card.call;
  alarm("");
}

function make(tag, ...inside) {
  const element = document.createElement(tag);
  return element.append(...inside), element;
}

let soon = 0; // nudges come in bursts, and the card goes first: the panel can wait a moment
const refreshSoon = () => (clearTimeout(soon), (soon = setTimeout(refresh, 50)));
async function refresh() {
  if (panelAsked) panelAsked.abort();
  const [mine, panel] = [(panelAsked = new AbortController()), await get("/panel", panelAsked)];
  if (panelAsked !== mine || mine.signal.aborted) return;
  if (panel) paintPanel(panel);
  else setTimeout(() => panelAsked === mine && refresh(), 1000);
}

function paintPanel({ availability, headline, sentence, announcement, ringing, talking, waiting }) {
  byId("state").dataset.availability = talking ? "talking" : ringing ? "ringing" : availability;
  byId("headline").textContent = headline;
  byId("sentence").textContent = sentence;
  say("said", announcement);
  byId("available").disabled = availability === "available";
  byId("pause").disabled = availability === "away";
  byId("ringing").hidden = !ringing;
  byId("talking").hidden = !talking;
  byId("idle").hidden = Boolean(ringing || talking);
  byId("anonymous").hidden = !talking || talking.grant !== null;
  ticking = ticking.filter(([element]) => byId("card").contains(element));
  if (ringing) {
    byId("ringing-queue").textContent = ringing.queue;
    byId("ringing-subject").textContent = ringing.subject;
    tick(byId("ringing-waited"), ringing.waited, 1);
  }
  if (talking) tick(byId("talking-seconds"), talking.seconds, 1), (byId("hangup").value = talking.call), say("about", talking.about);
  byId("queues").replaceChildren(...waiting.map(queueRow));
  if (talking && talking.grant !== null) return askCard(talking.call, talking.grant);
  alarm(talking && talking.call === known ? "withdrawn" : "");
  blank();
}

function queueRow({ title, count, longest }) {
  const [head, waited] = [make("th", title), make("td", "–")];
  head.scope = "row";
  if (count) tick(waited, longest, 1);
  return make("tr", head, make("td", String(count)), waited);
}

function say(id, text) { // only what is new, or a screen reader says it again
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

const alarm = (kind) => say("alerts", kind ? byId("alerts").dataset[kind] : "");

function tick(element, seconds, direction) {
  ticking.push([element, seconds, direction, performance.now()]);
  tock();
}

function tock() {
  for (const [element, seconds, direction, from] of ticking) {
    const now = Math.max(0, Math.floor(seconds + (direction * (performance.now() - from)) / 1000));
    element.textContent = `${Math.floor(now / 60)}:${String(now % 60).padStart(2, "0")}`;
    if (direction < 0 && now === 0) return blank();
  }
}

function heard() {
  if (performance.now() - heardAt > SILENCE) lost(); // we stood still ourselves, and the watchdog with us
  heardAt = performance.now();
  clearTimeout(watchdog);
  watchdog = setTimeout(lost, SILENCE);
  if (alive) return;
  alive = true;
  alarm("");
  refresh();
}

function lost() {
  alive = false;
  if (panelAsked) panelAsked.abort();
  blank();
  alarm("lost");
}

function listen() {
  const mine = (stream = new EventSource("/stream"));
  const on = (kind, act) => mine.addEventListener(kind, (event) => (heard(), act(event)));
  on("beat", () => {});
  on("panel", refreshSoon);
  on("blank", () => (blank(), refresh()));
  on("card", ({ data }) => {
    if (panelAsked) panelAsked.abort(); // what it would say is older than this card
    askCard(data.split(" ")[1], Number(data.split(" ")[0]));
    refreshSoon();
  });
  mine.onerror = () => {
    lost();
    if (mine.readyState === EventSource.CLOSED) setTimeout(() => (refresh(), listen()), 1000);
  };
}

const leave = () => (blank(), location.assign("/login"));

const seen = () => (document.hidden ? blank() : alive && refresh());
for (const change of ["visibilitychange", "resume"]) document.addEventListener(change, seen);
document.addEventListener("freeze", lost); // and nothing until a beat is heard again
addEventListener("pagehide", () => (blank(), stream.close()));
addEventListener("pageshow", (event) => event.persisted && location.reload());

async function act(path, given = {}) {
  const sent = { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": byId("token").content } };
  const answer = await fetch(path, { ...sent, body: JSON.stringify(given) }).catch(() => null);
  if (answer && answer.status === 401) leave();
  else if (!answer || !answer.ok) alarm("failed");
  else if (path !== "/here") refresh();
}

byId("available").addEventListener("click", () => act("/available"));
byId("pause").addEventListener("click", () => act("/pause", { reason: byId("reason").value }));
byId("hangup").addEventListener("click", () => act("/hangup", { call: byId("hangup").value }));

const keys = { KeyB: "available", KeyP: "pause", KeyO: "hangup" };
document.addEventListener("keydown", (event) => {
  if (!byId("keys").checked || !event.altKey || !event.shiftKey || event.ctrlKey || !keys[event.code]) return;
  event.preventDefault();
  byId(keys[event.code]).click();
});
byId("keys").checked = localStorage.getItem("keys") !== "off";
byId("keys").addEventListener("change", (event) => localStorage.setItem("keys", event.target.checked ? "on" : "off"));

let lastHere = 0; // somebody at the screen keeps the login alive, at most once a minute
for (const sign of ["pointerdown", "keydown"]) {
  addEventListener(sign, () => Date.now() - lastHere > 60000 && ((lastHere = Date.now()), act("/here")));
}

setInterval(tock, 1000);
listen();
