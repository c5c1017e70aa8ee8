// @ts-check
/** Round trips over /echo, as a line and as figures. */
import { Chart } from "./chart.js";
import { byId } from "./element.js";
import { root, takeToken } from "./address.js";
import { figure, translate, translatePage } from "./i18n.js";
import { requestToken, token } from "./token.js";

const INTERVAL_MILLIS = 250;
/** Without an echo for this long the connection is given up: TCP may take minutes to notice. */
const TIMEOUT_MILLIS = 10_000;
const MAX_DELAY_MILLIS = 5000;
const SHOWN = 120;
const MAX_TRIPS = 10_000;

translatePage();
takeToken();
document.title = translate("latencyTitle");

const chart = new Chart(byId("chart"), SHOWN);
/** @type {number[]} */
const trips = [];
/** @type {WebSocket | undefined} */
let socket;
let attempt = 0;
let paused = false;
/** When the pending message was sent; 0 for none. */
let pendingSince = 0;

/** @param {string} name @param {string} words */
function show(name, words) {
  byId("state").dataset.name = name;
  byId("state").textContent = words;
}

function open() {
  show("connecting", translate("connecting"));
  // A browser sets no headers of a handshake: the token is carried in a subprotocol.
  const protocols =
    token() === ""
      ? []
      : ["bearer-token-carrier", encodeURIComponent(`quarkus-http-upgrade#Authorization#Bearer ${token()}`)];
  const made = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}${root}echo`, protocols);
  socket = made;
  pendingSince = 0;
  made.onopen = () => {
    attempt = 0;
    show("open", translate("connected"));
  };
  made.onmessage = ({ data }) => made === socket && received(Number(data));
  made.onclose = ({ code, reason }) => made === socket && closed(code, reason);
}

/** @param {number} code @param {string} reason */
function closed(code, reason) {
  socket = undefined;
  if (code === 4401 || code === 4403) {
    show("closed", translate("closed", { reason }));
    requestToken(byId("notice"), code - 4000, reason, open);
    return;
  }
  chart.add(null);
  const delay = Math.min(MAX_DELAY_MILLIS, 500 * 2 ** attempt++) * (0.5 + Math.random() / 2);
  show("waiting", translate("retry", { n: Math.ceil(delay / 1000) }));
  setTimeout(open, delay);
}

function send() {
  if (paused || document.hidden || socket?.readyState !== WebSocket.OPEN) {
    return;
  }
  const now = performance.now();
  if (pendingSince === 0) {
    pendingSince = now;
    socket.send(String(now));
  } else if (now - pendingSince > TIMEOUT_MILLIS) {
    const silent = socket;
    closed(0, "");
    silent.close();
  }
}

/** @param {number} sentAt */
function received(sentAt) {
  if (sentAt !== pendingSince) {
    // Sent before the page was hidden.
    return;
  }
  pendingSince = 0;
  const trip = performance.now() - sentAt;
  trips.push(trip);
  if (trips.length > MAX_TRIPS) {
    trips.shift();
  }
  chart.add(trip);
  const sorted = trips.toSorted((one, other) => one - other);
  const figures = {
    last: figure(trip),
    least: figure(sorted[0]),
    median: figure(quantile(sorted, 0.5)),
    p99: figure(quantile(sorted, 0.99)),
  };
  for (const [id, value] of Object.entries(figures)) {
    byId(id).textContent = translate("ms", { n: value });
  }
  byId("count").textContent = figure(trips.length);
  byId("chart").setAttribute("aria-label", translate("figures", figures));
}

/** @param {number[]} sorted @param {number} share */
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];

byId("pause").addEventListener("click", () => {
  paused = !paused;
  byId("pause").textContent = translate(paused ? "resume" : "pause");
  const isOpen = socket?.readyState === WebSocket.OPEN;
  show(isOpen ? "open" : "waiting", translate(paused ? "paused" : isOpen ? "connected" : "connecting"));
});
// An echo that was pending while the page was hidden measures the browser's sleep, and not the network.
document.addEventListener("visibilitychange", () => (pendingSince = 0));
open();
setInterval(send, INTERVAL_MILLIS);
