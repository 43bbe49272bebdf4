// The keys of the staff's screen, all with Alt+Shift, and the switch that turns them off. A key presses the button
// that is there for it now; where there is none it does nothing.
"use strict";

import { byId } from "./clock.js";

const BUTTONS = {
  KeyB: ["available"], KeyP: ["pause"], KeyM: ["more"], KeyO: ["hangup"], KeyW: ["hold"], KeyD: ["mute"],
  KeyT: ["transfer"], KeyE: ["consult"], KeyV: ["complete", "blind"], KeyX: ["swap"], KeyJ: ["join"],
  KeyA: ["cancel"], KeyR: ["back"], KeyI: ["identify"], KeyN: ["doubt"],
};

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (!byId("keys").checked || !event.altKey || !event.shiftKey || event.ctrlKey || !BUTTONS[event.code]) return;
    event.preventDefault();
    const there = BUTTONS[event.code].map(byId).find((button) => button.checkVisibility() && !button.disabled);
    if (there && !event.repeat) there.click();
  });
  byId("keys").checked = localStorage.getItem("keys") !== "off";
  byId("keys").addEventListener("change", (event) => localStorage.setItem("keys", event.target.checked ? "on" : "off"));
}
