// The agent's screen. The stream tells that something changed, never what; the card is asked for and painted only
// while it is ours to show: page visible, stream alive, grant current. Everything is painted as text.
"use strict";

const SILENCE = 3000; // ms without a beat after which nothing may be shown
const byId = (id) => document.getElementById(id);
const csrf = document.querySelector('meta[name="csrf-token"]').content;

let asked = null; // the grant that is being fetched or shown: {call, grant, abort}
let panelAsked = null; // the panel fetch on its way
let alive = false;
let watchdog = 0;
let stream = null;
let ticking = []; // [element, seconds at `from`, direction, from]

// -- the card -------------------------------------------------------------------------------------------------

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
  try {
    const query = new URLSearchParams({ call, grant });
    const answer = await fetch(`/card?${query}`, { signal: mine.abort.signal, cache: "no-store" });
    if (answer.status === 401) return leave();
    const card = answer.ok ? await answer.json() : null;
    if (asked !== mine) return; // blanked or overtaken meanwhile: a late answer never paints
    byId("fetching").hidden = true;
    if (card && card.call === call && card.grant === grant && !document.hidden && alive) paintCard(card);
    else if (!card) setTimeout(() => asked === mine && ((asked = null), refresh()), 1000);
  } catch (lost) {
    if (asked === mine) blank();
    if (lost.name !== "AbortError") setTimeout(refresh, 1000);
  }
}

function paintCard(card) {
  for (const field of byId("card").querySelectorAll("[data-card]")) field.textContent = card[field.dataset.card];
  byId("demo").hidden = !card.demo;
  byId("real").hidden = card.demo;
  for (const [label, value] of card.others) addFact(label, value);
  if (card.crm) byId("crm").href = card.crm;
  byId("crm").hidden = !card.crm;
  for (const clock of byId("card").querySelectorAll("[data-clock]")) {
    tick(clock, card[clock.dataset.clock], clock.dataset.clock === "left" ? -1 : 1);
  }
  byId("anonymous").hidden = true;
  byId("talking").hidden = byId("card").hidden = false;
  byId("idle").hidden = byId("ringing").hidden = true;
  alarm("");
}

function addFact(label, value) {
  const row = document.createElement("div");
  const [term, fact, name] = ["dt", "dd", "bdi"].map((tag) => document.createElement(tag));
  term.textContent = label;
  name.textContent = value;
  fact.append(name);
  row.append(term, fact);
  byId("others").append(row);
}

// -- all but the card -----------------------------------------------------------------------------------------

async function refresh() {
  if (panelAsked) panelAsked.abort();
  const mine = (panelAsked = new AbortController());
  try {
    const answer = await fetch("/panel", { signal: mine.signal, cache: "no-store" });
    if (answer.status === 401) return leave();
    const panel = answer.ok ? await answer.json() : null;
    if (panelAsked !== mine) return;
    if (panel) paintPanel(panel);
    else setTimeout(() => panelAsked === mine && refresh(), 1000);
  } catch (lost) {
    if (lost.name !== "AbortError") setTimeout(() => panelAsked === mine && refresh(), 1000);
  }
}

function paintPanel(panel) {
  const { ringing, talking } = panel;
  byId("state").dataset.availability = talking ? "talking" : ringing ? "ringing" : panel.availability;
  byId("headline").textContent = panel.headline;
  byId("sentence").textContent = panel.sentence;
  if (byId("said").textContent !== panel.announcement) byId("said").textContent = panel.announcement;
  byId("available").disabled = panel.availability === "available";
  byId("pause").disabled = panel.availability === "away";
  byId("ringing").hidden = !ringing;
  byId("talking").hidden = !talking;
  byId("idle").hidden = Boolean(ringing || talking);
  byId("anonymous").hidden = !talking || talking.grant !== null;
  ticking = ticking.filter(([element]) => byId("card").contains(element));
  if (ringing) {
    byId("ringing-queue").textContent = ringing.queue;
    byId("ringing-subject").textContent = ringing.subject || "–";
    tick(byId("ringing-waited"), ringing.waited, 1);
  }
  if (talking) tick(byId("talking-seconds"), talking.seconds, 1);
  paintQueues(panel.waiting);
  if (talking && talking.grant !== null) askCard(talking.call, talking.grant);
  else {
    if (talking && asked && asked.call === talking.call) alarm("withdrawn");
    else if (!talking) alarm("");
    blank();
  }
}

function paintQueues(queues) {
  byId("queues").replaceChildren();
  for (const queue of queues) {
    const row = byId("queues").insertRow();
    const title = document.createElement("th");
    title.scope = "row";
    title.textContent = queue.title;
    row.append(title);
    row.insertCell().textContent = queue.count;
    const longest = row.insertCell();
    if (queue.count) tick(longest, queue.longest, 1);
    else longest.textContent = "–";
  }
}

function alarm(kind) {
  const said = kind ? byId("alerts").dataset[kind] : "";
  if (byId("alerts").textContent !== said) byId("alerts").textContent = said;
}

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

// -- the stream, and when it may not be trusted ----------------------------------------------------------------

function heard() {
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
  if (stream) stream.close();
  stream = new EventSource("/stream");
  const mine = stream;
  const on = (kind, act) => stream.addEventListener(kind, (event) => mine === stream && (heard(), act(event)));
  on("beat", () => {});
  on("panel", refresh);
  on("blank", () => (blank(), refresh()));
  on("card", (event) => {
    const [grant, call] = event.data.split(" ");
    askCard(call, Number(grant));
    refresh();
  });
  stream.onerror = () => {
    if (mine !== stream) return;
    lost();
    if (mine.readyState === EventSource.CLOSED) setTimeout(() => mine === stream && (refresh(), listen()), 1000);
  };
}

function leave() {
  blank();
  location.assign("/login");
}

document.addEventListener("visibilitychange", () => (document.hidden ? blank() : alive && refresh()));
document.addEventListener("freeze", blank);
addEventListener("pagehide", () => (blank(), stream.close()));
addEventListener("pageshow", (event) => event.persisted && location.reload());

// -- what she does --------------------------------------------------------------------------------------------

async function act(path, given = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(given) }).catch(() => null);
  if (answer && answer.status === 401) leave();
  else if (!answer || !answer.ok) alarm("failed");
  else if (path !== "/here") refresh();
}

byId("available").addEventListener("click", () => act("/available"));
byId("pause").addEventListener("click", () => act("/pause", { reason: byId("reason").value }));
byId("hangup").addEventListener("click", () => act("/hangup"));

const keys = { KeyB: "available", KeyP: "pause", KeyO: "hangup" };
document.addEventListener("keydown", (event) => {
  if (!byId("keys").checked || !event.altKey || !event.shiftKey || event.ctrlKey || !keys[event.code]) return;
  event.preventDefault();
  byId(keys[event.code]).click();
});
byId("keys").checked = localStorage.getItem("keys") !== "off";
byId("keys").addEventListener("change", (event) => localStorage.setItem("keys", event.target.checked ? "on" : "off"));

let lastHere = 0;
for (const sign of ["pointerdown", "keydown"]) {
  addEventListener(sign, () => {
    if (Date.now() - lastHere < 60000) return;
    lastHere = Date.now();
    act("/here");
  });
}

setInterval(tock, 1000);
listen();
