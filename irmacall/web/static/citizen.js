// The citizen's page after the disclosure: follows what happens, copies the code. Everything is painted as text.
"use strict";

const byId = (id) => document.getElementById(id);
const page = byId("page");
const words = byId("words").content;
let looking = null;
let lookedAt = 0;

function at(name, epoch) {
  if (!epoch) return "";
  const clock = new Date(epoch * 1000).toLocaleTimeString("nl-NL", { hour: "2-digit", minute: "2-digit" });
  return words.querySelector(`[data-word="${name}"]`).textContent.replace("{at}", clock);
}

function paint(view) {
  if (view.state === "unknown" && page.dataset.state === "erased") view = { state: "erased", detail: page.dataset.detail };
  page.dataset.state = view.state;
  page.dataset.detail = view.detail;
  for (const part of page.querySelectorAll("[data-when]")) {
    const now = [view.state, `${view.state}-${view.detail}`, `failed-${view.reason}`];
    part.hidden = !part.dataset.when.split(" ").some((when) => now.includes(when));
  }
  byId("code").textContent = view.code ? [view.code.slice(0, 3), view.code.slice(3, 6), view.code.slice(6)].join(" ") : "";
  if (view.tel && view.tel.startsWith("tel:")) byId("tel").href = view.tel;
  else byId("tel").removeAttribute("href");
  byId("code-until").textContent = at("until", view.code_expires_at);
  for (const left of page.querySelectorAll("[data-expires]")) left.textContent = at("expires", view.expires_at);
  paintLive(view);
}

const say = (element, text) => element.textContent === text || (element.textContent = text);

function paintLive({ place, left, seers, sights, shared, words: [staff, citizen] = [], doubt }) { // sentences, as the server says them
  say(byId("place"), place ?? "");
  say(byId("left"), left ?? "");
  say(byId("doubt"), doubt ?? "");
  byId("doubt").hidden = !doubt;
  list(byId("seers"), seers ?? []);
  list(byId("sights"), sights ?? []);
  say(byId("shared"), shared ?? "");
  byId("seen").hidden = !sights?.length;
  say(byId("word-staff"), staff ?? "");
  say(byId("word-citizen"), citizen ?? "");
}

function list(rows, texts) { // rows are kept: nothing jumps under a reader
  while (rows.children.length > texts.length) rows.lastElementChild.remove();
  while (rows.children.length < texts.length) {
    rows.append(document.createElement("li"));
    rows.lastElementChild.className = "utrecht-unordered-list__item";
  }
  texts.forEach((text, at) => say(rows.children[at], text));
}

async function look() {
  if (looking) looking.abort();
  lookedAt = performance.now();
  const mine = (looking = new AbortController());
  try {
    const answer = await fetch("/bellen/stand", { signal: mine.signal, cache: "no-store" });
    const view = answer.ok ? await answer.json() : {};
    if (answer.ok && looking === mine) paint(view);
    return view.state;
  } catch (lost) {
    if (lost.name !== "AbortError") setTimeout(() => looking === mine && look(), 2000);
  }
}

let silence = 0;
function heard() {
  clearTimeout(silence);
  silence = setTimeout(lost, 5000);
  if (!byId("lost").hidden) look();
  byId("lost").hidden = true;
  byId("lost").textContent = "";
}

function lost() {
  byId("lost").hidden = false;
  byId("lost").textContent = byId("lost").dataset.said;
}

function listen() {
  const stream = new EventSource("/bellen/stream");
  stream.addEventListener("beat", heard);
  stream.addEventListener("look", () => (heard(), look()));
  stream.addEventListener("open", look);
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(again, 2000);
  };
}

async function again() { // refused: there is no room (then looking must do), nobody leads, or the page is over
  if ((await look()) !== "unknown") return listen();
  clearTimeout(silence);
  byId("lost").hidden = true;
}

byId("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(byId("code").textContent.replaceAll(" ", ""));
  byId("copied").textContent = byId("copied").dataset.said;
  setTimeout(() => byId("copied").replaceChildren(), 5000);
});
document.addEventListener("visibilitychange", () => document.hidden || look());

// Nobody nudges her page for each who leaves the queue before her, nor for the minutes: it looks for itself now and then.
const pause = () => (page.dataset.state === "waiting" ? 15000 : 60000);
const FOLLOWED = ["sealed", "codeless", "in_call", "waiting", "talking", "dropped", "erased"];
const looks = () => !document.hidden && FOLLOWED.includes(page.dataset.state) && performance.now() - lookedAt >= pause();
setInterval(() => looks() && look(), 5000);
listen();
