// What the client keeps across pages, against a real server.
// node --experimental-websocket store.test.mjs <atrium.js> <port> <port of one that wants tokens> <token>
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Proxy, quick, replaceGlobal, until } from "./harness.mjs";

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
  page({ store: "mine" }, proxy.url)
    .room("js-offline-store")
    .on("*", (data) => received.push(data));
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
  assert.deepEqual(
    again,
    Array.from({ length: 500 }, (_, i) => `stored ${i + 120}`),
  );
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

const queued = async (name) => {
  const request = indexedDB.open(name);
  const database = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const reading = database
    .transaction("messages")
    .objectStore("messages")
    .getAll(IDBKeyRange.bound(["", -Infinity], ["", Infinity]));
  const found = await new Promise((resolve) => (reading.onsuccess = () => resolve(reading.result)));
  database.close();
  return found.map(({ line }) => JSON.parse(line).params.data);
};

scene("unsent messages are sent after a reload, in order, before new ones, and once", async (page) => {
  const proxy = await Proxy.to(port);
  const onlooker = page({}).room("js-unsent");
  const received = collect(onlooker);
  await until(() => onlooker.place !== undefined, "joined");
  proxy.refuses = true;
  const database = `atrium ${proxy.url.replace("http", "ws")}ws unsent`;
  const first = page({ store: "unsent" }, proxy.url);
  const room = first.room("js-unsent");
  // This page is never closed: it is as if the browser had gone.
  const receipts = ["a", "b", "c"].map((data) => room.send(data));
  receipts.push(room.send(new Uint8Array([1, 2]), { event: "bytes" }));
  await written();
  assert.equal((await queued(database)).length, 4);
  proxy.refuses = false;
  const second = page({ store: "unsent" }, proxy.url);
  assert.ok((await second.room("js-unsent").send("new")).offset > 0);
  await until(() => received.length === 5, `five, and not ${received}`);
  assert.deepEqual(received, ["a", "b", "c", new Uint8Array([1, 2]), "new"]);
  // The first page was not gone, after all.
  await Promise.all(receipts);
  await written();
  assert.equal(received.length, 5);
  assert.deepEqual(await queued(database), []);
  proxy.close();
});

scene("the unsent messages of a page that lives are left to it", async (page) => {
  const { Locks } = await import("./locks.mjs");
  Object.defineProperty(globalThis, "navigator", { value: { locks: new Locks() }, configurable: true });
  const proxy = await Proxy.to(port);
  proxy.refuses = true;
  const first = page({ store: "two" }, proxy.url);
  first
    .room("js-two")
    .send("of the first")
    .catch(() => {});
  await written();
  const second = page({ store: "two" }, proxy.url);
  second
    .room("js-two")
    .send("of the second")
    .catch(() => {});
  proxy.refuses = false;
  await until(() => second.state.name === "open" && second.queued === 0, "sent");
  proxy.refuses = true;
  proxy.cut();
  await until(() => first.state.name !== "open" && second.state.name !== "open", "offline");
  first
    .room("js-two")
    .send("later")
    .catch(() => {});
  await written();
  proxy.refuses = false;
  await until(() => first.state.name === "open" && second.state.name === "open", "online");
  assert.equal(second.queued, 0);
  await until(() => first.queued === 0, "sent by the first");
  const history = await second.room("js-two").history();
  assert.deepEqual(history.messages.map(({ data }) => data).toSorted(), ["later", "of the first", "of the second"]);
  first.close();
  second.close();
  proxy.close();
  Object.defineProperty(globalThis, "navigator", { value: undefined, configurable: true });
});

scene("a rejected message is not sent after a reload, nor one of a connection that was closed", async (page) => {
  const first = page({ store: "rejected" });
  const room = first.room("js-rejected");
  await assert.rejects(room.send("too large".repeat(200_000)), { code: 413 });
  await assert.rejects(room.send(1, { event: "@mine" }), { code: 400 });
  const proxy = await Proxy.to(port);
  proxy.refuses = true;
  const closed = page({ store: "rejected" }, proxy.url);
  const receipt = closed.room("js-rejected").send("waits");
  await written();
  closed.close();
  await assert.rejects(receipt, { name: "AtriumError" });
  await written();
  for (const url of [direct, proxy.url]) {
    assert.deepEqual(await queued(`atrium ${url.replace("http", "ws")}ws rejected`), []);
  }
  proxy.close();
});

for (const closed of [true, false]) {
  scene(
    `a database can be deleted ${closed ? "once its connection is closed" : "while its page lives"}`,
    async (page) => {
      const [room, name] = [`js-deleted-${closed}`, `deleted ${closed}`];
      const connection = page({ store: name });
      await connection.room(room).send("stored");
      closed && connection.close();
      const deleting = indexedDB.deleteDatabase(`atrium ${direct.replace("http", "ws")}ws ${name}`);
      let deleted = false;
      deleting.onsuccess = () => (deleted = true);
      await until(() => deleted, "deleted");
      if (!closed) {
        assert.ok((await connection.room(room).send("not stored")).offset > 0);
      }
    },
  );
}

scene("a connection that is closed listens to nothing of its page", async (page) => {
  const listeners = new Set();
  replaceGlobal("addEventListener", (event, listener) => listeners.add(listener));
  replaceGlobal("removeEventListener", (event, listener) => listeners.delete(listener));
  const connection = page({ store: "listens" });
  await connection.room("js-listens").send(1);
  connection.close();
  assert.equal(listeners.size, 0);
});

for (const store of [undefined, "warned"]) {
  scene(
    `the page warns before it is left ${store ? "only until the message is stored" : "while a message waits, and only then"}`,
    async (page) => {
      const target = new EventTarget();
      replaceGlobal("addEventListener", target.addEventListener.bind(target));
      replaceGlobal("removeEventListener", target.removeEventListener.bind(target));
      const warns = () => !target.dispatchEvent(new Event("beforeunload", { cancelable: true }));
      const proxy = await Proxy.to(port);
      proxy.refuses = true;
      const connection = page({ store }, proxy.url);
      assert.equal(warns(), false);
      const receipt = connection.room("js-warned").send(1);
      assert.equal(warns(), true);
      await written();
      assert.equal(warns(), !store);
      proxy.refuses = false;
      await receipt;
      assert.equal(warns(), false);
      connection.close();
      const last = page({ store: undefined }, "http://127.0.0.1:1/");
      last
        .room("js-warned")
        .send(1)
        .catch(() => {});
      assert.equal(warns(), true);
      page({ store: undefined }, "http://127.0.0.1:1/").close();
      assert.equal(warns(), true, "a message of this connection still waits");
      last.close();
      assert.equal(warns(), false);
      proxy.close();
    },
  );
}

scene("the page warns of a stored message again once its database is deleted", async (page) => {
  const target = new EventTarget();
  replaceGlobal("addEventListener", target.addEventListener.bind(target));
  replaceGlobal("removeEventListener", target.removeEventListener.bind(target));
  const warns = () => !target.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  const url = "http://127.0.0.1:1/";
  page({ store: "signed out" }, url)
    .room("js-signed-out")
    .send("waits")
    .catch(() => {});
  await written();
  assert.equal(warns(), false);
  const deleting = indexedDB.deleteDatabase(`atrium ${url.replace("http", "ws")}ws signed out`);
  await new Promise((resolve) => (deleting.onsuccess = resolve));
  assert.equal(warns(), true);
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
  [
    "refuses",
    () => {
      throw new Error("private");
    },
  ],
  [
    "fails",
    () => {
      const request = {};
      setTimeout(() => request.onerror(new Event("error")), 1);
      return request;
    },
  ],
  ["never answers", () => ({})],
]) {
  scene(`an IndexedDB that ${what} loses no message`, async (page) => {
    replaceGlobal("indexedDB", { open });
    const room = page().room(`js-broken`);
    const received = collect(room);
    await until(() => room.place !== undefined, "joined");
    await room.send(what);
    await until(() => received.length === 1, "received");
  });
}

scene("an IndexedDB that fails later loses no message", async (page) => {
  const connection = page();
  const room = connection.room("js-breaks");
  const received = collect(room);
  await until(() => room.place !== undefined, "joined");
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = () => {
    throw new Error("quota");
  };
  await room.send(1);
  await written();
  await room.send(2);
  await written();
  IDBDatabase.prototype.transaction = transaction;
  await room.send(3);
  await until(() => received.length === 3, "received");
});
