// Finding people: one asks while one types, and rows show who was found. Everything is painted as text.
"use strict";

import { byId, make, say } from "./clock.js";

const PAUSE = 150; // ms of silence after a key before anything is asked

// A search of its own: `ask(text)` calls `found(rows, told)` once the typing pauses; a later one drops an earlier.
export function search(get, found) {
  let [waiting, under_way] = [0, null];
  const drop = () => (clearTimeout(waiting), under_way?.abort(), (under_way = null));
  const look = async (text) => {
    const mine = (under_way = new AbortController());
    const answer = await get(`/people?${new URLSearchParams({ q: text })}`, mine);
    if (under_way === mine && answer) found(answer.rows, answer.told);
  };
  const ask = (text, pause = PAUSE) => (drop(), (waiting = setTimeout(look, pause, text)));
  return { ask, drop };
}

export function personRow({ name, about, presence, there }) {
  const row = byId("target-row").content.firstElementChild.cloneNode(true);
  const part = (which) => row.querySelector(`[data-part="${which}"]`);
  say(part("name"), name);
  say(part("about"), about);
  if (presence) part("there").dataset.presence = presence;
  else part("there").remove();
  if (presence) part("there").append(make("span", there));
  return row;
}

const AGAIN = 5000; // ms after which what is shown of who is free is asked again

// The official's list of colleagues, where the page has one.
export function startDirectory(get) {
  const field = byId("directory");
  if (!field) return;
  const { ask, drop } = search(get, (rows) => {
    const people = rows.filter(({ kind }) => kind === "person");
    byId("directory-list").replaceChildren(...people.map(personRow));
    say(byId("directory-told"), people.length ? "" : byId("directory-told").dataset.none);
  });
  const clear = () => (drop(), byId("directory-list").replaceChildren(), say(byId("directory-told"), ""));
  field.addEventListener("input", () => (field.value.trim() ? ask(field.value.trim()) : clear()));
  setInterval(() => !document.hidden && field.value.trim() && ask(field.value.trim(), 0), AGAIN);
}
