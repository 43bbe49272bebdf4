// What tells her, wherever she looks, how it goes: the tab's title and icon, a ring, a notification. Of the state alone,
// never of who calls. Sound and notifications are hers to switch on; a browser is asked at that click, and never before.
"use strict";

import { byId, say } from "./clock.js";

const RING = 3000; // ms from one ring to the next
const TONES = [[660, 0], [880, 0.22], [660, 0.44]]; // Hz, and seconds after the ring begins
const SOFT = 0.12;

let audio = null;
let ringing = 0; // the interval in which it rings
let note = null; // the notification that is shown

const wanted = (name) => localStorage.getItem(name) === "on";

// -- title and icon

export function showState(state, headline) {
  const { site, lost } = byId("signs").dataset;
  document.title = `${state === "lost" ? lost : headline} – ${site}`;
  const icon = document.querySelector("link[rel=icon]");
  const path = `/static/states/${state}.svg`;
  if (icon.getAttribute("href") !== path) icon.href = path;
}

// -- a ring

function ring() {
  if (audio?.state !== "running") return say(byId("sound-told"), byId("sound-told").dataset.blocked);
  say(byId("sound-told"), "");
  for (const [pitch, after] of TONES) {
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    const at = audio.currentTime + after;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(SOFT, at + 0.03); // without a click
    volume.gain.linearRampToValueAtTime(0, at + 0.2);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.21);
  }
  byId("signs").dataset.rang = String(Number(byId("signs").dataset.rang ?? 0) + 1);
}

async function openSound() { // resolves once it is known whether the browser lets us
  audio ??= new AudioContext();
  if (audio.state === "suspended") await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 300))]);
}

function startSound() {
  const box = byId("sound");
  box.checked = wanted("sound");
  box.addEventListener("change", async () => {
    localStorage.setItem("sound", box.checked ? "on" : "off");
    say(byId("sound-told"), "");
    if (!box.checked) return;
    await openSound();
    ring(); // so that she knows what it is like
  });
  // A browser makes no sound before somebody has pressed something on the page.
  for (const sign of ["pointerdown", "keydown"]) {
    addEventListener(sign, async () => {
      if (!box.checked || audio?.state === "running") return;
      await openSound();
      if (audio.state === "running") say(byId("sound-told"), "");
    });
  }
}

// -- a notification

function startNotifying() {
  const [box, told] = [byId("notify"), byId("notify-told")];
  if (!("Notification" in window)) return (box.closest("label").hidden = true);
  box.checked = wanted("notify") && Notification.permission === "granted";
  box.addEventListener("change", async () => {
    say(told, "");
    const leave = box.checked ? await Notification.requestPermission() : "";
    localStorage.setItem("notify", leave === "granted" ? "on" : "off");
    if (!box.checked || leave === "granted") return;
    box.checked = false;
    say(told, told.dataset.denied);
  });
}

function notify(text) {
  if (!byId("notify").checked || document.hasFocus() || Notification.permission !== "granted") return;
  note = new Notification(text, { tag: "irmacall", requireInteraction: true, silent: true, lang: document.documentElement.lang });
  note.onclick = () => (window.focus(), note?.close());
}

// -- both, for a call. `told`: that one comes and for which queue; null: none rings. `mine`: this tab tells of it, of all
// the tabs that there are.

export function tellOfCall(told, mine) {
  if (told === null || !mine) return quiet();
  if (ringing) return;
  ringing = setInterval(() => byId("sound").checked && ring(), RING);
  if (byId("sound").checked) openSound().then(() => ringing && ring());
  notify(told);
}

export function quiet() {
  clearInterval(ringing);
  ringing = 0;
  note?.close();
  note = null;
}

export function startSigns() {
  startSound();
  startNotifying();
  addEventListener("pagehide", quiet);
}
