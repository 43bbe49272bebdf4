// The one event stream of all tabs of a login: a browser allows six connections to a host, and a desk has more tabs.
// One tab leads: it holds a Web Lock and the EventSource, and tells the others what it hears. Whoever is seen, and hears
// nothing, takes the lead. (A SharedWorker would need a Trusted Types policy, which these pages never have.) Where a
// browser has no locks, each tab has its stream.
"use strict";

const SILENCE = 3000; // ms without a beat after which nothing may be shown
const LONGEST = 24000; // ms between two takings of the lead, when it helps nothing

// `name`: of the login's seat. `heard(kind, data)`: the stream lives, and says this. `lost()`: it does not.
// `refused()`: the server wants no stream of ours. Returns {leave, leads}.
export function follow(name, { heard, lost, refused }) {
  const shared = "locks" in navigator && "BroadcastChannel" in window;
  const others = shared ? new BroadcastChannel(name) : null;
  let source = null; // the EventSource, of who leads
  let stepDown = null; // gives the lock back
  let waiting = null; // takes us out of the line for it
  let [still, alive] = [false, false]; // the page is left or frozen; the stream beats
  let [watchdog, heardAt, patience] = [0, Infinity, SILENCE];

  function hear(kind, data) {
    if (performance.now() - heardAt > SILENCE) lose(); // we stood still ourselves, and the watchdog with us
    heardAt = performance.now();
    [alive, patience] = [true, SILENCE];
    watch();
    heard(kind, data);
  }

  function watch() {
    clearTimeout(watchdog);
    watchdog = setTimeout(silent, SILENCE);
  }

  function silent() {
    lose();
    if (source || !shared || document.hidden) return;
    watchdog = setTimeout(take, patience - SILENCE);
    patience = Math.min(patience * 2, LONGEST);
  }

  function lose() {
    alive = false;
    heardAt = Infinity;
    lost();
  }

  const tell = (kind, data) => others?.postMessage({ kind, data });

  function listen() {
    quiet();
    const mine = (source = new EventSource(`/stream?${new URLSearchParams({ seat: name })}`));
    for (const kind of ["beat", "panel", "blank", "card"]) {
      mine.addEventListener(kind, ({ data }) => source === mine && (tell(kind, data), hear(kind, data)));
    }
    mine.onerror = () => {
      if (source !== mine) return;
      tell("lost");
      lose();
      if (mine.readyState !== EventSource.CLOSED) return; // the browser tries again
      setTimeout(() => source === mine && (refused(), listen()), 1000);
    };
  }

  function quiet() {
    source?.close();
    source = null;
  }

  // Wait for the lead, or take it from who has it. The lock is ours until the tab goes, or another takes it.
  async function lead(steal) {
    waiting?.abort();
    const mine = (waiting = new AbortController());
    let turn = null;
    const until = () => (listen(), new Promise((resolve) => (turn = stepDown = resolve)));
    try {
      const how = steal ? { steal } : { signal: mine.signal };
      await navigator.locks.request(name, how, () => (still ? null : until()));
    } catch { // taken: from now on we hear it from there; or we take it ourselves
      if (turn && turn === stepDown) quiet(), watch();
    }
    if (!still && waiting === mine) lead(false);
  }

  function take() {
    if (still || source || document.hidden) return;
    watch();
    lead(true);
  }

  function rest() { // what is heard from now on is for the others
    still = true;
    clearTimeout(watchdog);
    quiet();
    waiting?.abort();
    stepDown?.();
  }

  function wake() {
    still = false;
    if (!shared) return listen();
    watch();
    lead(!document.hidden);
  }

  if (!shared) listen();
  else {
    others.onmessage = ({ data: { kind, data } }) => {
      if (kind === "hello") return source && alive && tell("beat");
      if (source || still) return; // who led until now may still say something
      if (kind === "lost") lose();
      else hear(kind, data);
    };
    watch();
    if (document.hidden) lead(false), tell("hello");
    else lead(true);
    document.addEventListener("visibilitychange", take);
  }
  document.addEventListener("freeze", rest);
  document.addEventListener("resume", wake);
  return { leave: rest, leads: () => source !== null };
}

// Hear what the tabs of a seat hear, without ever leading them: a frame is no screen before which somebody sits.
// `heard(kind)`: the stream lives. `lost()`: it does not, or no tab is open. Returns what ends it.
export function overhear(name, { heard, lost }) {
  if (!("BroadcastChannel" in window)) return lost(), () => {};
  const tabs = new BroadcastChannel(name);
  let watchdog = setTimeout(lost, SILENCE);
  tabs.onmessage = ({ data: { kind } }) => {
    if (kind === "hello") return; // another that listens
    clearTimeout(watchdog);
    if (kind === "lost") return lost();
    watchdog = setTimeout(lost, SILENCE);
    heard(kind);
  };
  tabs.postMessage({ kind: "hello" });
  return () => (clearTimeout(watchdog), tabs.close());
}
