// One connection for several tabs, of which one leads, against a real server.
// node --experimental-websocket shared.test.mjs <atrium.js> <port> <port of one that wants tokens> <token>
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { isOpen, Proxy, quick, replaceGlobal, until } from "./harness.mjs";
import { Locks } from "./locks.mjs";

const [, , script, port, closedPort, token] = process.argv;

const { AtriumError, connect } = await import(pathToFileURL(script));
const direct = `http://127.0.0.1:${port}/`;
let sequence = 0;

/** A test with tabs of a browser of their own, and an onlooker who shares nothing. */
function scene(name, work) {
  test(name, async () => {
    Object.defineProperty(globalThis, "navigator", { value: { locks: new Locks() }, configurable: true });
    const shared = `browser ${++sequence}`;
    const made = [];
    const tab = (options = {}, url = direct) => {
      const connection = connect(url, { ...quick, shared, ...options });
      made.push(connection);
      return connection;
    };
    try {
      await work(tab);
    } finally {
      made.forEach((each) => each.close());
    }
  });
}

function collect(room) {
  const received = [];
  room.on("*", (data) => received.push(data));
  room.on("@gap", () => received.push("gap"));
  return received;
}

const joined = (room) => until(() => room.place !== undefined, `in ${room.name}`);

scene("tabs share one session, and each receives the messages of its rooms", async (tab) => {
  const [ann, bob] = [tab(), tab()];
  await isOpen(ann);
  await isOpen(bob);
  assert.equal(ann.state.id, bob.state.id);
  assert.equal(bob.state.transport, "websocket");
  const both = [ann.room("js-shared"), bob.room("js-shared")];
  const received = both.map(collect);
  const alone = collect(ann.room("js-shared-ann"));
  await Promise.all(both.map(joined));
  await both[0].send("a");
  await both[1].send(new Uint8Array([1, 2]), { event: "photo" });
  await bob.send("js-shared-ann", "b");
  await until(() => received.every((each) => each.length === 2) && alone.length === 1, "all");
  assert.deepEqual(received[0], ["a", new Uint8Array([1, 2])]);
  assert.deepEqual(received[1], received[0]);
  assert.equal((await both[0].members()).members.length, 1);
  await assert.rejects(bob.call("nothing"), { name: "AtriumError", code: 404 });
  await assert.rejects(both[1].send(1, { event: "@mine" }), { code: 400 });
});

scene("a room is left when the last tab has left it", async (tab) => {
  const [ann, bob, onlooker] = [tab(), tab(), tab({ shared: undefined })];
  const rooms = [ann, bob].map((each) => each.room("js-shared-left"));
  await Promise.all(rooms.map(joined));
  const count = async () => (await onlooker.request("members", { room: "js-shared-left" })).members.length;
  assert.equal(await count(), 1);
  await rooms[0].leave();
  assert.equal(await count(), 1);
  bob.close();
  await assert.rejects(async () => {
    for (let i = 0; i < 100; i++) {
      assert.equal(await count(), 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }, "it is left");
  assert.equal(ann.state.name, "open");
});

scene("when the leading tab closes, the others continue, and no message is lost or repeated", async (tab) => {
  const tabs = [tab(), tab(), tab()];
  const rooms = tabs.map((each) => each.room("js-shared-lead"));
  await Promise.all(rooms.map(joined));
  const received = collect(rooms[2]);
  const receipts = [];
  for (let i = 0; i < 90; i++) {
    receipts.push(rooms[2].send(i));
    if (i === 30 || i === 60) {
      tabs[i / 30 - 1].close();
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(receipts);
  await until(() => received.length >= 90, `90, and not ${received.length}`);
  assert.deepEqual(
    received,
    Array.from({ length: 90 }, (_, i) => i),
  );
});

scene("a tab that opens late with a position receives the missed messages", async (tab) => {
  const ann = tab();
  const room = ann.room("js-shared-late");
  await joined(room);
  const first = tab();
  const before = first.room("js-shared-late");
  await joined(before);
  const { place } = before;
  first.close();
  for (const data of [1, 2, 3]) {
    await room.send(data);
  }
  await until(() => room.place.offset === place.offset + 3, "received");
  const late = tab().room("js-shared-late", { since: place });
  const received = collect(late);
  await until(() => received.length === 3, `three, and not ${JSON.stringify(received)}`);
  await room.send(4);
  await until(() => received.length === 4, "the fourth");
  assert.deepEqual(received, [1, 2, 3, 4]);
});

scene("a tab that has missed more than a page of large messages is told", async (tab) => {
  const room = tab().room("js-shared-large");
  await joined(room);
  const { place } = room;
  for (let i = 0; i < 30; i++) {
    await room.send("x".repeat(60_000));
  }
  await until(() => room.place.offset === place.offset + 30, "received");
  const late = tab().room("js-shared-large", { since: place });
  const received = collect(late);
  await until(() => received.includes("gap"), `a gap after ${received.length}`);
});

scene("all tabs see a cut, and reconnect", async (tab) => {
  const proxy = await Proxy.to(port);
  const tabs = [tab({}, proxy.url), tab({}, proxy.url)];
  const rooms = tabs.map((each) => each.room("js-shared-cut"));
  await Promise.all(rooms.map(joined));
  const received = rooms.map(collect);
  const waited = tabs.map(
    (each) => new Promise((resolve) => each.on("state", ({ name }) => name === "waiting" && resolve())),
  );
  const receipts = [];
  for (let i = 0; i < 60; i++) {
    receipts.push(rooms[i % 2].send(i));
    i === 20 && proxy.cut();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all([...waited, ...receipts]);
  await until(() => received.every((each) => each.length >= 60), "60 each");
  assert.deepEqual(
    received[0].toSorted((a, b) => a - b),
    Array.from({ length: 60 }, (_, i) => i),
  );
  assert.deepEqual(received[1], received[0]);
  proxy.close();
});

scene("a tab that is closed as soon as it is opened, as in React's StrictMode, hinders no other", async (tab) => {
  const unhandled = [];
  const record = (failure) => unhandled.push(failure);
  process.on("unhandledRejection", record);
  tab().close();
  const second = tab();
  await isOpen(second);
  await joined(second.room("js-shared-strict"));
  assert.deepEqual(unhandled, []);
  process.off("unhandledRejection", record);
});

scene("presence events reach only the tab that asked", async (tab) => {
  const rooms = [tab().room("js-shared-presence"), tab().room("js-shared-presence", { presence: true })];
  await Promise.all(rooms.map(joined));
  const shown = rooms.map((room) => {
    const events = [];
    room.on("@joined", () => events.push("joined"));
    return events;
  });
  await joined(tab({ shared: undefined }).room("js-shared-presence"));
  await until(() => shown[1].length === 1, "shown");
  assert.deepEqual(shown[0], []);
});

scene("over a fallback transport a tab is told with the code what its room has not", async (tab) => {
  const errors = [];
  tab({ transports: ["sse"] })
    .room("js-shared-limited", { presence: true })
    .on("@error", (failure) => errors.push(failure));
  await until(() => errors.length === 1, "presence is refused");
  assert.ok(errors[0] instanceof AtriumError);
  assert.equal(errors[0].code, 501);
});

scene("a living tab is asked for the token, and an invalid one closes all tabs", async (tab) => {
  const url = `http://127.0.0.1:${closedPort}/`;
  const asked = [];
  const tabs = ["a", "b"].map((name) => tab({ token: () => (asked.push(name), token) }, url));
  await Promise.all(tabs.map(isOpen));
  assert.equal(tabs[1].state.user, "ann");
  assert.equal(asked.length, 1);
  tabs[asked[0] === "a" ? 0 : 1].close();
  const other = tabs[asked[0] === "a" ? 1 : 0];
  const room = other.room("lobby");
  await joined(room);
  await room.send("on");
  other.close();
  const bad = [tab({ token: "none" }, url), tab({ token: "none" }, url)];
  await until(() => bad.every(({ state }) => state.name === "closed"), "closed");
  assert.equal(bad[1].state.code, 4401);
  assert.notEqual(bad[1].state.reason, "there is no token", "the server's reason");
});

scene("a token that no tab has yet is an error of the connection, and none in the console", async (tab) => {
  const printed = [];
  replaceGlobal("console", { ...console, error: (...values) => printed.push(values) });
  const states = [];
  const slow = tab({ token: () => new Promise(() => {}), timeout: 200 });
  slow.on("state", ({ name }) => states.push(name));
  await until(() => states.includes("waiting"), "the connection without a token is given up");
  assert.deepEqual(printed, []);
});

for (const [what, navigator] of [
  ["there are no locks", undefined],
  ["site data is blocked", { locks: { request: () => Promise.reject(new DOMException("denied", "SecurityError")) } }],
]) {
  test(`where tabs cannot share, as ${what}, each has a connection of its own`, async () => {
    Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
    const tabs = Array.from({ length: 2 }, () => connect(direct, { ...quick, shared: true, store: "denied" }));
    await Promise.all(tabs.map(isOpen));
    assert.notEqual(tabs[0].state.id, tabs[1].state.id);
    tabs.forEach((each) => each.close());
  });
}
