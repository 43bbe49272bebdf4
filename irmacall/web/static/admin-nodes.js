// How the servers are, again every few seconds while somebody looks. What comes is text, by its place on the page.
"use strict";

const EVERY = 5000; // ms
const health = document.getElementById("health");
const stale = document.getElementById("stale");

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function paint(told) {
  for (const place of health.querySelectorAll("[data-place]")) say(place, told[place.dataset.place] ?? "–");
  for (const state of health.querySelectorAll("[data-state-of]")) state.dataset.state = told[state.dataset.stateOf] ?? "";
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/admin/nodes/now", { cache: "no-store" });
    if (answer.status === 401) return location.assign("/login");
    if (!answer.ok) throw new Error(String(answer.status));
    paint(await answer.json());
    say(stale, "");
  } catch {
    say(stale, stale.dataset.stale);
  }
}

setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
