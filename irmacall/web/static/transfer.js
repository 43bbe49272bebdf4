// Passing a caller on: whom one finds while typing (WAI-ARIA practices, editable combobox with list autocomplete), and
// a note for who gets her. Nothing of what was typed outlives the call, its card, or the sending.
"use strict";

import { byId, say } from "./clock.js";
import { personRow, search } from "./people.js";

let rows = []; // what is listed: the rows as they were sent
let active = -1; // which of them the arrows are at
let chosen = null; // the row that was taken
let finding = null;

const field = () => byId("people");
const options = () => [...byId("people-list").children];
const call = () => byId("hangup").value;
const outside = (row) => row?.kind === "number"; // nobody there can read a note

export function forget() { // all that was typed, and whom it was for
  finding?.drop();
  close();
  rows = [];
  field().value = byId("note").value = "";
  byId("people-list").replaceChildren();
  say(byId("people-told"), "");
  byId("standing").querySelector("[value=hers]").checked = true;
  choose(null);
  left();
  byId("passing").hidden = true;
  byId("passing").dataset.call = "";
  byId("transfer").setAttribute("aria-expanded", "false");
}

// The panel is the call's for which it was opened; that one may have gone, or cannot be passed on now.
export function keepFor(talking) {
  if (!byId("passing").hidden && (talking?.call !== byId("passing").dataset.call || !talking.keys.transfer)) forget();
}

function toggle() {
  if (!byId("passing").hidden) return forget();
  byId("passing").hidden = false;
  byId("passing").dataset.call = call();
  byId("transfer").setAttribute("aria-expanded", "true");
  field().focus();
}

// -- the combobox

function open() {
  byId("people-list").hidden = !rows.length;
  field().setAttribute("aria-expanded", String(rows.length > 0));
}

function close() {
  byId("people-list").hidden = true;
  field().setAttribute("aria-expanded", "false");
  go(-1);
}

function found(list, told) {
  rows = list;
  say(byId("people-told"), told);
  byId("people-list").replaceChildren(...rows.map(option));
  go(-1);
  open();
}

function option(row, at) {
  const element = personRow(row);
  element.id = `person-${at}`;
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", "false");
  element.addEventListener("click", () => take(at));
  return element;
}

function go(at) {
  active = at;
  options().forEach((each, index) => each.setAttribute("aria-selected", String(index === at)));
  if (at < 0) return field().removeAttribute("aria-activedescendant");
  field().setAttribute("aria-activedescendant", `person-${at}`);
  options()[at].scrollIntoView({ block: "nearest" });
}

function take(at) {
  choose(rows[at]);
  field().value = rows[at].name;
  say(byId("people-told"), "");
  close();
}

function choose(row) {
  chosen = row;
  byId("standing").hidden = row?.kind !== "line";
  byId("note-field").hidden = outside(row);
  byId("outside").hidden = !outside(row);
  byId("consult").disabled = !row || row.kind === "line";
  byId("blind").disabled = !row;
}

function typed() {
  const text = field().value.trim();
  choose(null);
  rows = []; // what was listed is of another text: Enter must not take it
  close();
  if (text) return finding.ask(text);
  finding.drop();
  say(byId("people-told"), "");
}

function move(step) {
  if (!rows.length || chosen) return;
  open();
  const next = active < 0 && step < 0 ? rows.length - 1 : (active + step + rows.length) % rows.length;
  go(next);
}

function pressed(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "Enter" && rows.length && !chosen && (active >= 0 || rows.length === 1)) take(Math.max(active, 0));
  else if (event.key === "Escape" && !byId("people-list").hidden) (close(), event.stopPropagation());
  else return;
  event.preventDefault();
}

// -- the note, and sending

const left = () => say(byId("note-count"), String(byId("note").maxLength - byId("note").value.length));

async function send(act, target, consult) {
  const standing = byId("standing").querySelector(":checked").value;
  const note = "number" in target ? "" : byId("note").value; // it was typed before, and is hidden
  const given = { call: call(), ...target, consult, note };
  byId("consult").disabled = byId("blind").disabled = true; // once
  if (await act("/transfer", "queue" in target ? { ...given, standing } : given)) return forget();
  choose(chosen); // refused: what she wrote is for another one
}

export function startTransfers(get, act) {
  finding = search(get, found);
  byId("transfer").addEventListener("click", toggle);
  field().addEventListener("input", typed);
  field().addEventListener("keydown", pressed);
  field().addEventListener("blur", close);
  byId("people-list").addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
  byId("note").addEventListener("input", left);
  byId("passing").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    forget();
    byId("transfer").focus();
  });
  byId("consult").addEventListener("click", () => send(act, chosen.send, true));
  byId("blind").addEventListener("click", () => send(act, chosen.send, false));
  byId("back").addEventListener("click", () => send(act, { user: byId("back").value }, false));
}
