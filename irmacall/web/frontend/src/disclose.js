// Disclosing with Yivi: yivi-core's states and yivi-client's talk with the yivi server, shown in our own markup.
// yivi-web is not used: it writes markup out of strings (Trusted Types would have to be loosened for it), and its
// button inside a link and links without an address keep keyboard and screen reader out.
import { YiviClient } from "@privacybydesign/yivi-client";
import { YiviCore } from "@privacybydesign/yivi-core";
import QRCode from "qrcode";

const root = document.getElementById("yivi");
const byId = (id) => document.getElementById(id);

const SHOWN = {
  Loading: "loading",
  CheckingUserAgent: "loading",
  PreparingQRCode: "loading",
  PreparingYiviButton: "loading",
  ShowingQRCode: "qr",
  EnterPairingCode: "pairing",
  Pairing: "pairing",
  ContinueOn2ndDevice: "follow",
  ContinueInYiviApp: "follow",
  ShowingYiviButton: "button",
  PreparingResult: "loading",
  Cancelled: "failed-refused",
  TimedOut: "failed-expired",
  Error: "failed-unavailable",
  BrowserNotSupported: "failed-unavailable",
};

function show(what) {
  for (const part of root.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== what;
  const title = root.querySelector(`[data-when="${what}"] h2`);
  byId("said").textContent = title ? title.textContent : "";
}

class View {
  constructor({ stateMachine }) {
    this.machine = stateMachine;
    byId("pairing").addEventListener("submit", (event) => {
      event.preventDefault();
      this.go("codeEntered", { enteredPairingCode: byId("digits").value });
    });
    byId("digits").addEventListener("input", () => {
      if (byId("digits").checkValidity()) byId("pairing").requestSubmit();
    });
    byId("other-device").addEventListener("click", () => this.go("chooseQR"));
  }

  go(transition, payload) {
    return this.machine.selectTransition(({ validTransitions }) =>
      validTransitions.includes(transition) ? { transition, payload } : false,
    );
  }

  stateChange({ newState, transition, payload }) {
    if (newState === "Success") return void location.assign("/bellen");
    if (!SHOWN[newState]) return;
    const busy = newState === "Error" && payload instanceof Error && payload.message.includes("429");
    show(busy ? "failed-busy" : SHOWN[newState]);
    if (newState === "Error" && !busy) woken();
    if (newState === "ShowingQRCode") QRCode.toCanvas(byId("qr"), payload.qr, { width: 260, margin: 2 });
    if (newState === "ShowingYiviButton") byId("open-app").href = payload.mobile;
    if (newState === "EnterPairingCode") this.askDigits(transition === "pairingRejected");
  }

  askDigits(wrong) {
    byId("pairing-wrong").textContent = wrong ? byId("pairing-text").content.textContent : "";
    byId("digits").value = "";
    byId("digits").focus(); // the one thing to do next, and the citizen has just asked for it in the app
  }
}

function begin() {
  const yivi = new YiviCore({
    session: {
      url: "",
      start: {
        url: () => root.dataset.begin,
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: "{}",
      },
      result: false,
    },
    state: {
      pairing: { onlyEnableIf: () => true }, // always, so that a QR code sent to somebody else is no use
      serverSentEvents: false, // they tell nothing of what was before: one that is missed would leave the page standing
    },
  });
  yivi.use(View);
  yivi.use(YiviClient);
  yivi.start().catch(() => {}); // how it ended is on the page already: every end is a state of `View`
}

// A phone's browser sleeps while the app is in front: when it wakes, our own server knows how it went.
async function woken() {
  if (document.hidden || !root.querySelector('[data-when="before"]').hidden) return;
  const answer = await fetch("/bellen/stand", { cache: "no-store" }).catch(() => null);
  if (!answer || !answer.ok) return;
  const { state } = await answer.json();
  if (["sealed", "codeless", "in_call", "waiting", "talking"].includes(state)) location.assign("/bellen");
}

byId("begin").addEventListener("click", begin);
byId("begin").disabled = false;
document.addEventListener("visibilitychange", woken);
