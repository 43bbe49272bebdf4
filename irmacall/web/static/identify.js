// To know who calls: a number that she reads to her caller, and how far it is. All of it is of the call that is painted.
"use strict";

import { byId, make, say, stop, tick } from "./clock.js";

let call = null; // the call that the panel is of
let open = false; // whether she wants it open
let had = false; // whether there was a number already
let offered = []; // what can be asked, as it was sent

export function paintIdentify(talking) {
  const { choices, asked } = talking?.identify ?? { choices: [], asked: null };
  if (talking?.call !== call) [call, open, had] = [talking?.call ?? null, Boolean(asked), Boolean(asked)];
  if (asked && !had) open = true;
  had = Boolean(asked);
  paintChoices(choices);
  paintAsked(asked);
  show(open && choices.length > 0);
}

function show(shown) {
  byId("identifying").hidden = !shown;
  byId("identify").setAttribute("aria-expanded", String(shown));
}

function paintChoices(choices) { // what she has chosen stays, and a list that is open is left alone
  const names = choices.map(({ label }) => label);
  if (names.join("\n") === offered.map(({ label }) => label).join("\n")) return;
  const select = byId("identify-what");
  const chosen = select.value;
  offered = choices;
  select.replaceChildren(...names.map((name) => make("option", name)));
  if (names.includes(chosen)) select.value = chosen;
}

function paintAsked(asked) {
  byId("identify-read").hidden = !asked?.number;
  byId("identify-progress").hidden = !asked;
  say(byId("identify-address"), asked?.address ?? "");
  say(byId("identify-number"), asked?.number ?? "");
  say(byId("identify-title"), asked ? `${asked.title}:` : "");
  say(byId("identify-told"), asked?.told ?? "");
  say(byId("identify-texted"), asked?.texted ?? "");
  byId("identify-time").hidden = !asked?.live;
  if (asked?.live) tick(byId("identify-left"), asked.left, -1);
  else stop(byId("identify-left"));
  byId("identify-text").hidden = !asked?.text;
  byId("identify-what").parentElement.hidden = byId("identify-ask").hidden = Boolean(asked?.done); // the card has room
  const [again, end] = [byId("identify-ask"), byId("identify-stop")];
  say(again, asked ? again.dataset.again : again.dataset.first);
  end.hidden = !asked;
  say(end, asked?.live ? end.dataset.live : end.dataset.over);
}

function toggle() {
  open = byId("identifying").hidden;
  show(open);
  if (open) byId("identify-what").focus();
}

let busy = false; // a second press while the first is on its way is none; disabled, the button would lose the focus
async function once(asking) {
  if (busy) return;
  busy = true;
  await asking();
  busy = false;
}

export function startIdentify(act) {
  const [ask, text, end] = [byId("identify-ask"), byId("identify-text"), byId("identify-stop")];
  byId("identify").addEventListener("click", toggle);
  ask.addEventListener("click", () => {
    const chosen = offered[byId("identify-what").selectedIndex];
    if (chosen) once(() => act("/identify", { call, ...chosen.send }));
  });
  text.addEventListener("click", () => once(() => act("/identify/text", { call })));
  end.addEventListener("click", () => once(() => act("/identify/stop", { call })));
  byId("identifying").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    toggle();
    byId("identify").focus();
  });
}
