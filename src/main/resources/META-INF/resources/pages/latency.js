// @ts-check
/** Round trips over /echo, as a line and as figures. */
import { Chart } from "./chart.js";
import { byId } from "./element.js";
import { takeToken } from "./address.js";
import { figure, say, speak } from "./i18n.js";
import { askForToken, token } from "./token.js";

const EACH_MILLIS = 250;
/** Without an answer for so long the network has changed, whatever TCP thinks of it. */
const PATIENCE_MILLIS = 10_000;
const MOST_DELAY_MILLIS = 5000;
const SHOWN = 120;
const COUNTED = 10_000;

speak();
takeToken();
document.title = say("latencyTitle");

const chart = new Chart(byId("chart"), SHOWN);
/** @type {number[]} */
const trips = [];
/** @type {WebSocket | undefined} */
let socket;
let attempt = 0;
let paused = false;
/** When the question that waits for its echo was sent; 0 for none. */
let askedAt = 0;

/** @param {string} name @param {string} words */
function show(name, words) {
  byId("state").dataset.name = name;
  byId("state").textContent = words;
}

function open() {
  show("connecting", say("connecting"));
  // A browser sets no headers of a handshake: the token is carried in a subprotocol.
  const protocols = token() === "" ? [] : ["bearer-token-carrier", encodeURIComponent(`quarkus-http-upgrade#Authorization#Bearer ${token()}`)];
  const made = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/echo`, protocols);
  socket = made;
  askedAt = 0;
  made.onopen = () => {
    attempt = 0;
    show("open", say("connected"));
  };
  made.onmessage = ({ data }) => made === socket && answered(Number(data));
  made.onclose = ({ code, reason }) => made === socket && closed(code, reason);
}

/** @param {number} code @param {string} reason */
function closed(code, reason) {
  socket = undefined;
  if (code === 4401 || code === 4403) {
    show("closed", say("closed", { reason }));
    askForToken(byId("notice"), code - 4000, reason, open);
    return;
  }
  chart.add(null);
  const delay = Math.min(MOST_DELAY_MILLIS, 500 * 2 ** attempt++) * (0.5 + Math.random() / 2);
  show("waiting", say("retry", { n: Math.ceil(delay / 1000) }));
  setTimeout(open, delay);
}

function ask() {
  if (paused || document.hidden || socket?.readyState !== WebSocket.OPEN) {
    return;
  }
  const now = performance.now();
  if (askedAt === 0) {
    askedAt = now;
    socket.send(String(now));
  } else if (now - askedAt > PATIENCE_MILLIS) {
    const silent = socket;
    closed(0, "");
    silent.close();
  }
}

/** @param {number} sentAt */
function answered(sentAt) {
  if (sentAt !== askedAt) {
    // Of before somebody looked elsewhere.
    return;
  }
  askedAt = 0;
  const trip = performance.now() - sentAt;
  trips.push(trip);
  if (trips.length > COUNTED) {
    trips.shift();
  }
  chart.add(trip);
  const sorted = trips.toSorted((one, other) => one - other);
  const figures = {
    last: figure(trip), least: figure(sorted[0]), median: figure(quantile(sorted, 0.5)), p99: figure(quantile(sorted, 0.99)),
  };
  for (const [id, value] of Object.entries(figures)) {
    byId(id).textContent = say("ms", { n: value });
  }
  byId("count").textContent = figure(trips.length);
  byId("chart").setAttribute("aria-label", say("figures", figures));
}

/** @param {number[]} sorted @param {number} share */
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];

byId("pause").addEventListener("click", () => {
  paused = !paused;
  byId("pause").textContent = say(paused ? "resume" : "pause");
  show(socket?.readyState === WebSocket.OPEN ? "open" : "waiting", say(paused ? "paused" : "connected"));
});
// What waited while nobody looked measures the browser's sleep, and not the network.
document.addEventListener("visibilitychange", () => (askedAt = 0));
open();
setInterval(ask, EACH_MILLIS);
