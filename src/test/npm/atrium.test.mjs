// The client against a real server, whose connection a proxy in between cuts and swallows.
// node --experimental-websocket atrium.test.mjs <atrium.js> <port> <port of one that wants tokens> <token that ends soon> <fresh token>
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { isOpen, Proxy, quick, until } from "./harness.mjs";

const [, , script, port, closedPort, endingToken, freshToken] = process.argv;
const { connect } = await import(pathToFileURL(script));

const direct = `http://127.0.0.1:${port}/`;
/** Runs with connections that are closed in the end. */
async function using(make, work) {
  const made = [];
  try {
    await work(async (...args) => {
      const connection = await make(...args);
      made.push(connection);
      return connection;
    });
  } finally {
    made.forEach((each) => each.close());
  }
}

const connecting = async (url = direct, options = quick) => {
  const connection = connect(url, options);
  await isOpen(connection);
  return connection;
};

test("a client presents a token and renews it before it expires; without one the connection is closed", async () => {
  const asked = [];
  const tokens = [endingToken, freshToken];
  const url = `http://127.0.0.1:${closedPort}/`;
  const ann = connect(url, { token: () => (asked.push(1), tokens[Math.min(asked.length, 2) - 1]) });
  await isOpen(ann);
  assert.equal(ann.state.user, "ann");
  const room = ann.room("lobby");
  await room.send("with the first");
  await until(() => asked.length === 2, "asked again");
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await room.send("with the second");
  assert.equal(ann.state.name, "open");
  ann.close();
  const rejected = connect(url, { token: "none" });
  await until(() => rejected.state.name === "closed", "closed");
  assert.equal(rejected.state.code, 4401);
});

test("two clients exchange messages, and read the history and the members", () =>
  using(connecting, async (open) => {
    const ann = (await open()).room("js-chat");
    const bob = (await open()).room("js-chat");
    const received = [];
    bob.on("greeting", (data, message) => received.push([data, message.from.id, message.offset]));
    await bob.history();
    const { offset } = await ann.send({ text: "hello" }, { event: "greeting" });
    await until(() => received.length === 1, "the greeting");
    assert.deepEqual(received[0][0], { text: "hello" });
    assert.equal(received[0][2], offset);
    assert.equal((await ann.members()).members.length, 2);
    assert.equal((await bob.history()).messages.at(-1).data.text, "hello");
    await bob.leave();
    await ann.send("not echoed");
    assert.equal((await ann.members()).members.length, 1);
    assert.equal(received.length, 1);
  }));

test("a message to a session reaches it alone, on its connection", () =>
  using(connecting, async (open) => {
    const [ann, bob, eve] = [await open(), await open(), await open()];
    const room = ann.room("js-direct");
    const received = [];
    room.on("*", (data) => received.push(["room", data]));
    [bob, eve].forEach((each, i) =>
      each.on("hint", (data, { from, room: to }) => received.push([i, data, from.id, to])),
    );
    bob.on("message", (data) => received.push(["bob", data]));
    await room.sendTo(bob.state.id, "psst", { event: "hint" });
    await ann.sendTo(bob.state.id, { a: 1 });
    await until(() => received.length === 2, "both");
    assert.deepEqual(received, [
      [0, "psst", ann.state.id, bob.state.id],
      ["bob", { a: 1 }],
    ]);
    await assert.rejects(ann.request("join", { room: bob.state.id }), { code: 403 });
    const { id } = eve.state;
    eve.close();
    let code;
    for (let i = 0; i < 200 && code !== 404; i++) {
      code = await ann.sendTo(id, "psst").then(
        () => 200,
        (failure) => failure.code,
      );
    }
    assert.equal(code, 404);
    await assert.rejects(room.sendTo(`~${"A".repeat(20)}`, "psst"), { code: 404 });
    await assert.rejects(ann.sendTo(`~${"A".repeat(20)}`, "psst", { volatile: true }), { code: 404 });
    await ann.sendTo(bob.state.id, { a: 2 });
    await until(() => received.length === 3, "the message after them");
  }));

test("a message without a receiver, or to what is none, is rejected, and reaches nobody", () =>
  using(connecting, async (open) => {
    const [ann, bob] = [await open(), await open()];
    const received = [];
    const rooms = [bob.room("js-addressed"), bob.room("bob")];
    [bob, ...rooms].forEach((each) => each.on("message", (data) => received.push(data)));
    await rooms[1].history();
    const room = ann.room("js-addressed");
    const wrong = { code: 400, message: "expected the id of a session" };
    for (const id of [undefined, null, "", "bob", `${bob.state.id}!`]) {
      await assert.rejects(ann.sendTo(id, "secret"), wrong);
      await assert.rejects(room.sendTo(id, "secret", { volatile: true }), wrong);
      await assert.rejects(room.send("secret", { volatile: true, to: id }), wrong);
    }
    for (const name of [undefined, null, "", 5]) {
      assert.throws(() => ann.room(name), { code: 400, message: "expected the name of a room" });
    }
    await room.send("cursor", { volatile: true, to: bob.state.id });
    await room.send("to all");
    await until(() => received.length === 2, "the messages after them");
    assert.deepEqual(received, ["cursor", "to all"]);
  }));

test("bytes arrive as bytes, also from the history", () =>
  using(connecting, async (open) => {
    const ann = (await open()).room("js-bytes");
    const received = [];
    ann.on("photo", (data) => received.push(data));
    await ann.send(new Uint8Array([0, 10, 255, 13, 10]), { event: "photo" });
    await until(() => received.length === 1, "the photo");
    assert.deepEqual([...received[0]], [0, 10, 255, 13, 10]);
    const { messages } = await ann.history();
    assert.deepEqual(messages[0].data, received[0]);
    assert.equal("encoding" in messages[0], false);
  }));

test("a path is requested with its query and in the connection's namespace", () =>
  using(connecting, async (open) => {
    const connection = await open(`ws://127.0.0.1:${port}/ws?ns=/js-fetch`);
    await connection.send("one", 1);
    await connection.send("two?#", 2);
    const list = async (path) => (await connection.fetch(path)).json();
    assert.deepEqual((await list("/rooms?prefix=tw&limit=10")).rooms, [{ room: "two?#" }]);
    assert.equal((await list("/rooms")).rooms.length, 2);
    assert.equal((await list("/rooms/two%3F%23/messages")).messages[0].data, 2);
    assert.equal((await list("/rooms?ns=/elsewhere")).rooms.length, 2, "in no other one");
    for (const path of [".invalid/rooms", "@localhost:1/rooms", "//localhost:1/rooms", "rooms"]) {
      assert.equal(new URL((await connection.fetch(path)).url).port, String(port), "the token goes to no other host");
    }
  }));

test("a URL of another scheme is rejected at once, and a connection that cannot be opened says why", async () => {
  for (const url of ["localhost:21100/", "ftp://localhost/"]) {
    assert.throws(() => connect(url), { name: "AtriumError", code: 400, message: "expected a URL of http or ws" });
  }
  class Forbidden {
    constructor() {
      throw new Error("not here");
    }
  }
  const connection = connect(direct, { WebSocket: Forbidden });
  for (const late of [connection.send("a", 1), connection.room("a").history()]) {
    await assert.rejects(late, { code: 0, message: "Error: not here" });
  }
});

test("a room is a stream of its messages", () =>
  using(connecting, async (open) => {
    const connection = await open();
    const room = connection.room("js-stream");
    const read = (async () => {
      const read = [];
      for await (const message of room) {
        read.push(message.data);
        if (read.length === 3) {
          return read;
        }
      }
    })();
    for (const data of [1, 2, 3]) {
      await room.send(data);
    }
    assert.deepEqual(await read, [1, 2, 3]);
  }));

test("a rejected message is an error with its code, and so is a call without a handler", () =>
  using(connecting, async (open) => {
    const connection = await open();
    await assert.rejects(connection.call("nothing"), { name: "AtriumError", code: 404 });
    await assert.rejects(connection.room("js-refused").send(1, { event: "@mine" }), { code: 400 });
  }));

test("after a cut no message is lost or repeated", async () => {
  const proxy = await Proxy.to(port);
  await using(connecting, async (open) => {
    const reader = await open(proxy.url);
    const states = [];
    reader.on("state", (state) => states.push(state.name));
    const received = [];
    const gaps = [];
    const room = reader.room("js-cut");
    room.on("*", (data) => received.push(data));
    room.on("@gap", (place) => gaps.push(place));
    await room.history();
    const publisher = (await open()).room("js-cut");
    for (let i = 0; i < 300; i++) {
      await publisher.send(i);
      if (i % 60 === 30) {
        proxy.cut();
      }
    }
    await until(() => received.length >= 300, `300 messages, and not ${received.length}`);
    assert.deepEqual(
      received,
      Array.from({ length: 300 }, (_, i) => i),
    );
    assert.deepEqual(gaps, []);
    assert.ok(states.includes("waiting") && states.includes("connecting"));
  });
  proxy.close();
});

test("a session that has received nothing receives what is sent to it without a connection, once", async () => {
  const proxy = await Proxy.to(port);
  const [ann, bob] = [connect(proxy.url, quick), connect(direct, quick)];
  try {
    await isOpen(ann);
    await isOpen(bob);
    const received = [];
    ann.on("message", (data) => received.push(data));
    const { id } = ann.state;
    for (let round = 1; round <= 2; round++) {
      proxy.refuses = true;
      proxy.cut();
      await until(() => ann.state.name !== "open", "offline");
      await bob.sendTo(id, round);
      proxy.refuses = false;
      await isOpen(ann);
      await until(() => received.length === round, "received");
    }
    assert.deepEqual(received, [1, 2]);
    assert.equal(ann.state.id, id);
  } finally {
    [ann, bob, proxy].forEach((each) => each.close());
  }
});

test("messages sent without a connection are published in order, and once", async () => {
  const proxy = await Proxy.to(port);
  await using(connecting, async (open) => {
    const listener = (await open()).room("js-offline");
    const received = [];
    listener.on("*", (data) => received.push(data));
    await listener.history();
    const publisher = await open(proxy.url);
    const room = publisher.room("js-offline");
    const receipts = [];
    for (let i = 0; i < 100; i++) {
      if (i === 10) {
        proxy.refuses = true;
        proxy.cut();
      }
      receipts.push(room.send(i));
    }
    await until(() => publisher.state.name === "waiting", "waiting");
    assert.ok(publisher.queued >= 90);
    proxy.refuses = false;
    const offsets = (await Promise.all(receipts)).map((receipt) => receipt.offset);
    assert.deepEqual(
      offsets,
      offsets.toSorted((a, b) => a - b),
    );
    await until(() => received.length >= 100, "100 messages");
    assert.deepEqual(
      received,
      Array.from({ length: 100 }, (_, i) => i),
    );
    assert.equal(publisher.queued, 0);
  });
  proxy.close();
});

test("the queue of unsent messages is bounded", async () => {
  const connection = connect("http://127.0.0.1:1/", { ...quick, queue: 2 });
  const room = connection.room("js-queue");
  const waiting = [room.send(1), room.send(2)];
  await assert.rejects(room.send(3), { code: 429 });
  connection.close();
  for (const each of waiting) {
    await assert.rejects(each, { name: "AtriumError" });
  }
  await assert.rejects(room.send(4), { code: 0 });
});

test("a client detects a silent server, and reconnects", async () => {
  const proxy = await Proxy.to(port);
  await using(connecting, async (open) => {
    const connection = await open(proxy.url);
    const id = connection.state.id;
    const room = connection.room("js-silent");
    await room.history();
    proxy.swallows = true;
    await until(() => connection.state.name !== "open", "noticed");
    proxy.swallows = false;
    proxy.cut();
    await isOpen(connection);
    await room.send("back");
    assert.ok(id);
  });
  proxy.close();
});

test("delays of reconnections are spread up to their bound, also once it is reached", async () => {
  class Refused {
    constructor() {
      setTimeout(() => this.onclose({ code: 1006, reason: "" }), 0);
    }
    close() {}
  }
  const delays = [];
  const connection = connect("ws://127.0.0.1:1/ws", { backoff: { least: 1, most: 16 }, WebSocket: Refused });
  connection.on("state", (state) => state.name === "waiting" && delays.push(state.at - Date.now()));
  await until(() => delays.length >= 60, "60 attempts");
  connection.close();
  const none = connect("ws://127.0.0.1:1/ws", { backoff: { least: 0, most: 16 }, WebSocket: Refused });
  const attempts = [];
  none.on("state", (state) => state.name === "waiting" && attempts.push(state.at - Date.now()));
  await until(() => attempts.length >= 20, "20 attempts");
  none.close();
  assert.ok(Math.max(...attempts) > 4, `a least delay of 0 grows, too: ${attempts.map(Math.round)}`);
  const late = delays.slice(10);
  assert.ok(Math.max(...late) <= 17, `at most 16 ms: ${Math.max(...late)}`);
  assert.ok(Math.min(...late) < 6 && Math.max(...late) > 10, `spread: ${late.map(Math.round)}`);
});
