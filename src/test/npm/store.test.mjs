// What the client keeps across pages, against a real server.
// node --experimental-websocket store.test.mjs <atrium.js> <port> <port of one that wants tokens> <token>
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Proxy, quick, until } from "./harness.mjs";

const [, , script, port, closedPort, token] = process.argv;
const { connect } = await import(pathToFileURL(script));
const direct = `http://127.0.0.1:${port}/`;

/** A test with pages, each of which is gone when the next one comes. */
function scene(name, work) {
  test(name, async () => {
    const made = [];
    const page = (options = { store: true }, url = direct) => {
      const connection = connect(url, { ...quick, ...options });
      made.push(connection);
      return connection;
    };
    try {
      await work(page);
    } finally {
      made.forEach((each) => each.close());
    }
  });
}

function collect(room) {
  const received = [];
  room.on("*", (data, { stored }) => received.push(stored ? `stored ${data}` : data));
  room.on("@gap", () => received.push("gap"));
  return received;
}

/** Until all was written. */
const written = () => new Promise((resolve) => setTimeout(resolve, 300));

scene("the next page receives the stored messages first, then only new ones", async (page) => {
  const first = page();
  const room = first.room("js-stored");
  const received = collect(room);
  await until(() => room.place !== undefined, "joined");
  for (const data of ["a", "b", "c"]) {
    await room.send(data);
  }
  await until(() => received.length === 3, "three");
  await written();
  first.close();
  const between = page({});
  await between.room("js-stored").send("d");
  const again = collect(page().room("js-stored"));
  await until(() => again.length === 4, "four");
  assert.deepEqual(again, ["stored a", "stored b", "stored c", "d"]);
  await between.room("js-stored").send("e");
  await until(() => again.length === 5, "five");
  const otherRoom = page({ store: "other" }).room("js-stored");
  const other = collect(otherRoom);
  await until(() => otherRoom.place !== undefined, "joined");
  await between.room("js-stored").send("f");
  await until(() => other.length > 0, "a store of another name has nothing");
  assert.deepEqual(other, ["f"]);
});

scene("a page with a named store receives the stored messages without a connection", async (page) => {
  const proxy = await Proxy.to(port);
  const first = page({ store: "mine" }, proxy.url);
  const room = first.room("js-offline-store");
  await until(() => room.place !== undefined, "joined");
  await room.send(new Uint8Array([1, 2]));
  await until(() => room.place.offset > 0, "received");
  await written();
  first.close();
  proxy.refuses = true;
  const received = [];
  page({ store: "mine" }, proxy.url).room("js-offline-store").on("*", (data) => received.push(data));
  await until(() => received.length === 1, "the stored message");
  assert.deepEqual([...received[0]], [1, 2]);
  proxy.close();
});

scene("the store keeps the newest 500 messages", async (page) => {
  const first = page();
  const room = first.room("js-bounded");
  const received = collect(room);
  await until(() => room.place !== undefined, "joined");
  await Promise.all(Array.from({ length: 620 }, (_, i) => room.send(i)));
  await until(() => received.length === 620, "620");
  await written();
  first.close();
  const again = collect(page().room("js-bounded"));
  await until(() => again.length >= 500, "500");
  await written();
  assert.deepEqual(again, Array.from({ length: 500 }, (_, i) => `stored ${i + 120}`));
});

scene("another epoch empties the store", async (page) => {
  const first = page();
  const { WebSocket } = globalThis;
  const room = first.room("js-epoch");
  const received = collect(room);
  await until(() => room.place !== undefined, "joined");
  await room.send("old");
  await until(() => received.length === 1, "received");
  await written();
  first.close();
  // As if the server had lost the history: it does not know the place.
  class Amnesiac extends WebSocket {
    send(frame) {
      super.send(typeof frame === "string" ? frame.replace(/"epoch":"[^"]+"/, '"epoch":"another"') : frame);
    }
  }
  const second = page({ store: true, WebSocket: Amnesiac });
  const lost = collect(second.room("js-epoch"));
  await until(() => lost.length === 2, "the gap");
  assert.deepEqual(lost, ["stored old", "gap"]);
  await second.room("js-epoch").send("new");
  await until(() => lost.length === 3, "new");
  await written();
  second.close();
  const again = collect(page().room("js-epoch"));
  await until(() => again.length === 1, "stored");
  assert.deepEqual(again, ["stored new"]);
});

scene("messages stored for one user are not shown to the next", async (page) => {
  const url = `http://127.0.0.1:${closedPort}/`;
  const first = page({ store: true, token }, url);
  const room = first.room("lobby");
  const received = collect(room);
  await until(() => room.place !== undefined, "joined");
  await room.send("of ann");
  await until(() => received.includes("of ann"), "received");
  await written();
  first.close();
  const stranger = page({ store: true, token: "none" }, url);
  const told = collect(stranger.room("lobby"));
  await until(() => stranger.state.name === "closed", "closed");
  assert.deepEqual(told, []);
  const again = collect(page({ store: true, token }, url).room("lobby"));
  await until(() => again.length >= 1, "stored");
  assert.equal(again.at(-1), "stored of ann");
});

for (const [what, open] of [
  ["refuses", () => { throw new Error("private"); }],
  ["fails", () => { const request = {}; setTimeout(() => request.onerror(new Event("error")), 1); return request; }],
  ["never answers", () => ({})],
]) {
  scene(`an IndexedDB that ${what} loses no message`, async (page) => {
    const { indexedDB } = globalThis;
    globalThis.indexedDB = { open };
    const room = page().room(`js-broken`);
    const received = collect(room);
    await until(() => room.place !== undefined, "joined");
    await room.send(what);
    await until(() => received.length === 1, "received");
    globalThis.indexedDB = indexedDB;
  });
}

scene("an IndexedDB that fails later loses no message", async (page) => {
  const connection = page();
  const room = connection.room("js-breaks");
  const received = collect(room);
  await until(() => room.place !== undefined, "joined");
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = () => { throw new Error("quota"); };
  await room.send(1);
  await written();
  await room.send(2);
  await written();
  IDBDatabase.prototype.transaction = transaction;
  await room.send(3);
  await until(() => received.length === 3, "received");
});
