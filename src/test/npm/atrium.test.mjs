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

test("a token is shown, and renewed before it ends; without one it is over", async () => {
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
  const nobody = connect(url, { token: "none" });
  await until(() => nobody.state.name === "closed", "closed");
  assert.equal(nobody.state.code, 4401);
});

test("two chat, and know what was said and who is there", () => using(connecting, async (open) => {
  const ann = (await open()).room("js-chat");
  const bob = (await open()).room("js-chat");
  const heard = [];
  bob.on("greeting", (data, message) => heard.push([data, message.from.id, message.offset]));
  await bob.history();
  const { offset } = await ann.send({ text: "hello" }, { event: "greeting" });
  await until(() => heard.length === 1, "the greeting");
  assert.deepEqual(heard[0][0], { text: "hello" });
  assert.equal(heard[0][2], offset);
  assert.equal((await ann.members()).members.length, 2);
  assert.equal((await bob.history()).messages.at(-1).data.text, "hello");
  await bob.leave();
  await ann.send("unheard");
  assert.equal((await ann.members()).members.length, 1);
  assert.equal(heard.length, 1);
}));

test("bytes arrive as bytes", () => using(connecting, async (open) => {
  const ann = (await open()).room("js-bytes");
  const heard = [];
  ann.on("photo", (data) => heard.push(data));
  await ann.send(new Uint8Array([0, 10, 255, 13, 10]), { event: "photo" });
  await until(() => heard.length === 1, "the photo");
  assert.deepEqual([...heard[0]], [0, 10, 255, 13, 10]);
}));

test("a room is a stream of its messages", () => using(connecting, async (open) => {
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

test("what is refused says why, and a call without a handler is", () => using(connecting, async (open) => {
  const connection = await open();
  await assert.rejects(connection.call("nothing"), { name: "AtriumError", code: 404 });
  await assert.rejects(connection.room("js-refused").send(1, { event: "@mine" }), { code: 400 });
}));

test("after a cut nothing is lost and nothing comes twice", async () => {
  const proxy = await Proxy.to(port);
  await using(connecting, async (open) => {
    const reader = await open(proxy.url);
    const states = [];
    reader.on("state", (state) => states.push(state.name));
    const heard = [];
    const gaps = [];
    const room = reader.room("js-cut");
    room.on("*", (data) => heard.push(data));
    room.on("@gap", (place) => gaps.push(place));
    await room.history();
    const speaker = (await open()).room("js-cut");
    for (let i = 0; i < 300; i++) {
      await speaker.send(i);
      if (i % 60 === 30) {
        proxy.cut();
      }
    }
    await until(() => heard.length >= 300, `300 messages, and not ${heard.length}`);
    assert.deepEqual(heard, Array.from({ length: 300 }, (_, i) => i));
    assert.deepEqual(gaps, []);
    assert.ok(states.includes("waiting") && states.includes("connecting"));
  });
  proxy.close();
});

test("what is said while there is no connection is said in order, and once", async () => {
  const proxy = await Proxy.to(port);
  await using(connecting, async (open) => {
    const listener = (await open()).room("js-offline");
    const heard = [];
    listener.on("*", (data) => heard.push(data));
    await listener.history();
    const speaker = await open(proxy.url);
    const room = speaker.room("js-offline");
    const receipts = [];
    for (let i = 0; i < 100; i++) {
      if (i === 10) {
        proxy.refuses = true;
        proxy.cut();
      }
      receipts.push(room.send(i));
    }
    await until(() => speaker.state.name === "waiting", "waiting");
    assert.ok(speaker.queued >= 90);
    proxy.refuses = false;
    const offsets = (await Promise.all(receipts)).map((receipt) => receipt.offset);
    assert.deepEqual(offsets, offsets.toSorted((a, b) => a - b));
    await until(() => heard.length >= 100, "100 messages");
    assert.deepEqual(heard, Array.from({ length: 100 }, (_, i) => i));
    assert.equal(speaker.queued, 0);
  });
  proxy.close();
});

test("a queue has an end", async () => {
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

test("a server that is silent is noticed, and left", async () => {
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

test("delays are spread up to their bound, also once that is reached", async () => {
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
  const late = delays.slice(10);
  assert.ok(Math.max(...late) <= 17, `at most 16 ms: ${Math.max(...late)}`);
  assert.ok(Math.min(...late) < 6 && Math.max(...late) > 10, `spread: ${late.map(Math.round)}`);
});
