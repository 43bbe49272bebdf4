// What the agent's screen says beside the call: her state, the queues that she serves, who is to be called back.
// Rows are kept and filled anew, so that nothing jumps under a pointer, a selection or a screen reader.
"use strict";

import { byId, make, say, stop, tick } from "./clock.js";

export function paintState({ availability, headline, sentence, since, left, reasons, waiting, official }, shown) {
  byId("state").dataset.availability = shown;
  say(byId("headline"), headline);
  say(byId("sentence"), sentence);
  const wrapUp = availability === "wrap-up";
  byId("still").hidden = left === null;
  clock(byId("state-clock"), left === null ? since : left, left === null ? 1 : -1);
  const available = byId("available");
  available.disabled = availability === "available" && (official || waiting.length > 0); // with no queue: again, for her new groups
  say(available, wrapUp ? available.dataset.done : available.dataset.ready);
  byId("more").disabled = !wrapUp;
  byId("pause").disabled = availability === "away";
  paintReasons(reasons);
}

function paintReasons(reasons) { // a site file that was read anew
  const select = byId("reason");
  if (reasons.join("\n") === [...select.options].map((option) => option.text).join("\n")) return;
  const chosen = select.value;
  select.replaceChildren(...reasons.map((reason) => make("option", reason)));
  if (reasons.includes(chosen)) select.value = chosen;
}

export function paintQueues(queues) {
  for (const [row, queue] of rows(byId("queues"), queues, queueRow)) {
    const [title, count, longest, there] = row.cells;
    say(title, queue.title);
    say(count, String(queue.count));
    clock(longest, queue.count ? queue.longest : null);
    say(there, queue.there);
  }
}

function queueRow() {
  const head = make("th");
  head.scope = "row";
  return make("tr", head, make("td"), make("td"), make("td"));
}

export function paintCallbacks({ rows: callbacks, more }) {
  byId("callbacks-card").hidden = !callbacks.length;
  for (const [row, callback] of rows(byId("callbacks"), callbacks, callbackRow)) {
    const part = (name) => row.querySelector(`[data-part="${name}"]`);
    say(part("title"), callback.title);
    say(part("tries"), callback.tries);
    say(part("when"), callback.when);
    clock(part("due"), callback.due, -1);
    tick(part("asked"), callback.asked);
  }
  say(byId("callbacks-more"), more);
}

const callbackRow = () => byId("callback-row").content.firstElementChild.cloneNode(true);

function rows(table, wanted, newRow) { // [row, what it shows], with as many rows as are wanted
  while (table.children.length > wanted.length) table.lastElementChild.remove();
  while (table.children.length < wanted.length) table.append(newRow());
  return wanted.map((one, at) => [table.children[at], one]);
}

function clock(element, seconds, direction = 1) { // null: nothing to count
  if (seconds !== null) return tick(element, seconds, direction);
  stop(element);
  say(element, element.localName === "td" ? "–" : "");
}
