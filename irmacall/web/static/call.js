// What the staff's screen shows of a call, but for who it is: what rings, who is asked about it, and what can be done.
"use strict";

import { byId, say, stop, tick } from "./clock.js";

const KEYS = ["hold", "mute", "transfer", "identify", "back", "swap", "join", "complete", "cancel", "hangup"];
const ACTS = ["hold", "mute", "swap", "join", "complete", "cancel"]; // of these the button's value is what it asks for

export function paintRinging({ title, queue, subject, language, waited, note }) {
  say(byId("ringing-title"), title);
  for (const [name, told] of [["ringing-queue", queue], ["ringing-subject", subject]]) {
    say(byId(name), told);
    byId(name).parentElement.hidden = !told; // who is asked about a caller is told nothing of her
  }
  say(byId("ringing-language"), language);
  byId("ringing-tongue").hidden = !language;
  say(byId("ringing-note"), note);
  tick(byId("ringing-waited"), waited);
}

export function paintTalking({ call, seconds, title, about, passed, back, language, unknown, state, onlooker, keys, consult }) {
  tick(byId("talking-seconds"), seconds);
  byId("hangup").value = call;
  say(byId("talking-title"), title);
  say(byId("about"), about);
  say(byId("passed-by"), passed);
  say(byId("talking-language"), language);
  byId("talking-language").hidden = !language;
  say(byId("anonymous"), unknown);
  say(byId("call-state"), state);
  paintOnlooker(onlooker);
  paintKeys(keys);
  byId("back").value = back ?? "";
  paintConsult(consult);
}

// Nothing of an earlier call stands beside the next one's card, which may come before what is said of it.
export function clearTalking() {
  paintKeys({ hangup: [byId("hangup").textContent, null, null] });
  paintConsult(null);
  paintOnlooker("");
  for (const part of ["talking-title", "about", "passed-by", "call-state", "anonymous"]) say(byId(part), "");
  stop(byId("talking-seconds"));
  say(byId("talking-seconds"), "");
}

function paintKeys(keys) {
  for (const name of KEYS) {
    const button = byId(name);
    const [label, act, pressed] = keys[name] ?? ["", null, null];
    button.hidden = !keys[name];
    if (!keys[name]) continue;
    say(button, label);
    if (ACTS.includes(name)) button.value = act;
    if (pressed !== null) button.setAttribute("aria-pressed", String(pressed));
  }
}

function paintOnlooker(told) { // over the page's foot: who reads a name must not lose her place
  say(byId("onlooker"), told);
  byId("onlooker").hidden = !told;
}

function paintConsult(consult) {
  byId("consulting").hidden = !consult;
  say(byId("consulting-told"), consult ? consult.told : "");
  if (consult) return tick(byId("consulting-seconds"), consult.seconds);
  stop(byId("consulting-seconds"));
  say(byId("consulting-seconds"), "");
}

// `act(path, given)` asks the server. What it is asked for is a call's, and the call is the one that is painted.
export function startCall(act) {
  byId("hangup").addEventListener("click", () => act("/hangup", { call: byId("hangup").value }));
  byId("doubt").addEventListener("click", () => act("/doubt", { call: byId("hangup").value, grant: byId("doubt").value }));
  for (const name of ACTS) {
    byId(name).addEventListener("click", () => act("/act", { call: byId("hangup").value, act: byId(name).value }));
  }
}
