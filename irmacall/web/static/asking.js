// What a page of the staff's asks of the daemon, and tells it. Who is not logged in any more leaves the page.
"use strict";

import { byId } from "./clock.js";

export function asking(leave) {
  async function get(path, abort) { // null: not to be had now, or overtaken
    try {
      const answer = await fetch(path, { signal: abort.signal, cache: "no-store" });
      if (answer.status === 401) leave();
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  async function post(path, given = {}) { // null: nobody answered
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": byId("token").content };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(given) }).catch(() => null);
    if (answer?.status !== 401) return answer;
    leave();
    return new Promise(() => {}); // nothing is to be said any more on a page that is left
  }

  return { get, post };
}
