// The page /nu once a number was typed in: follows whether that still stands. What is shown is in the page already.
"use strict";

const now = document.getElementById("now");

function paint(state) {
  now.dataset.state = state;
  for (const part of now.querySelectorAll("[data-now]")) part.hidden = !part.dataset.now.split(" ").includes(state);
}

async function look() {
  const answer = await fetch("/nu/stand", { cache: "no-store" }).catch(() => null);
  if (!answer || !answer.ok) return now.dataset.state;
  const { state } = await answer.json();
  paint(state);
  return state;
}

function listen() {
  const stream = new EventSource("/nu/stream");
  stream.addEventListener("look", look);
  stream.addEventListener("open", look);
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(again, 2000);
  };
}

async function again() { // refused: there is no room, nobody leads, or nothing can come of it any more
  if ((await look()) !== "none") listen();
}

document.addEventListener("visibilitychange", () => document.hidden || look());
addEventListener("pageshow", (event) => event.persisted && location.reload());
listen();
