// Break-glass: a reason, and then somebody's identity for a minute. It is asked for and painted only while it may be shown:
// page visible, stream alive, grant current, time not over. Everything is painted as text.
"use strict";

import { asking } from "./asking.js";
import { byId, make, say, stopAll, tick, tock } from "./clock.js";
import { follow } from "./stream.js";

const EACH = 5000; // ms: whom this agent has on the line, nobody tells management

const agent = byId("token").dataset.agent;
let asked = null; // the card that is being fetched or shown: {call, grant, abort}
let looking = null; // the question on its way
let shown = null; // the call that there is to look at
let spent = null; // the grant whose minute this page has seen out: the server may count a moment longer
let alive = false;
let stream = null;

const alarm = (kind) => say(byId("alarm"), kind ? byId("alarm").dataset[kind] : "");
const { get, post } = asking(() => (blank(), location.assign("/login")));

function blank() {
  if (asked) asked.abort.abort();
  if (!byId("card").hidden) say(byId("said"), byId("said").dataset.over);
  asked = null;
  stopAll(byId("card"));
  for (const field of byId("card").querySelectorAll("[data-card], #age, #left, #others")) field.replaceChildren();
  byId("card").hidden = true;
}

async function refresh() {
  if (looking) looking.abort();
  const mine = (looking = new AbortController());
  const seen = await get(`/glass/state?${new URLSearchParams({ user: agent })}`, mine);
  if (looking !== mine || !seen) return;
  shown = seen.call;
  const may = seen.grant !== null && seen.grant !== spent && !document.hidden && alive;
  byId("none").hidden = seen.call !== null;
  byId("taken").hidden = !seen.taken;
  byId("ask").hidden = seen.call === null || seen.taken || seen.grant !== null;
  say(byId("queue"), seen.queue);
  tick(byId("seconds"), seen.seconds);
  if (may) return askCard(seen.call, seen.grant);
  blank();
}

async function askCard(call, grant) {
  if (asked && asked.call === call && asked.grant === grant) return;
  blank();
  const mine = (asked = { call, grant, abort: new AbortController() });
  const card = await get(`/glass/card?${new URLSearchParams({ call, grant })}`, mine.abort);
  if (asked !== mine) return; // blanked or overtaken meanwhile: a late answer never paints
  if (!card || card.call !== call || card.grant !== grant) return blank();
  for (const field of byId("card").querySelectorAll("[data-card]")) say(field, card[field.dataset.card]);
  byId("others").replaceChildren(
    ...card.others.map(([label, value]) => make("div", make("dt", label), make("dd", make("bdi", value)))),
  );
  byId("demo").hidden = !(byId("real").hidden = card.demo);
  tick(byId("age"), card.age);
  tick(byId("left"), card.left, -1, () => over(grant));
  byId("card").hidden = false;
  byId("ask").hidden = true;
  say(byId("said"), byId("said").dataset.looking);
}

function over(grant) {
  spent = grant;
  blank();
  setTimeout(refresh, 1000); // the last second of the clock, after which there is something to ask again
}

async function act(path, given) {
  const answer = await post(path, given);
  alarm(answer?.ok ? "" : { 400: "reason", 403: "refused" }[answer?.status] ?? "failed");
  if (answer?.ok) byId("reason").value = "";
  refresh();
}

function heard(kind) {
  const began = !alive;
  if (began) alarm("");
  alive = true;
  if (kind === "blank") blank();
  if (began || kind !== "beat") refresh();
}

function lost() {
  alive = false;
  looking?.abort();
  blank();
  alarm("lost");
}

byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  if (shown) act("/glass", { call: shown, reason: byId("reason").value.replace(/\s+/g, " ").trim() });
});
byId("end").addEventListener("click", () => act("/glass/end", { call: shown ?? "" }));
for (const change of ["visibilitychange", "resume"]) {
  document.addEventListener(change, () => (document.hidden ? blank() : alive && refresh()));
}
document.addEventListener("freeze", lost); // and nothing until a beat is heard again
addEventListener("pagehide", () => (blank(), stream.leave()));
addEventListener("pageshow", (event) => event.persisted && location.reload());
setInterval(() => alive && !document.hidden && refresh(), EACH);
setInterval(tock, 1000);
stream = follow(byId("token").dataset.seat, { heard, lost, refused: refresh });
