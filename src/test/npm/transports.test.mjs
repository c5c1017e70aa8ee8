// The client against a real server, behind proxies that let no WebSocket through.
// node --experimental-websocket transports.test.mjs <atrium.js> <port> <port of one that wants tokens> <token>
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { isOpen, Proxy, quick, until } from "./harness.mjs";

const [, , script, port, closedPort, token] = process.argv;

// As in a browser: what is remembered, and what the window tells of.
const storage = new Map();
globalThis.localStorage = { getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => storage.set(key, value) };
const page = new EventTarget();
globalThis.addEventListener = page.addEventListener.bind(page);
globalThis.removeEventListener = page.removeEventListener.bind(page);
globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });

const { connect } = await import(pathToFileURL(script));

const direct = `http://127.0.0.1:${port}/`;
// Where Node's WebSocket is refused it reports no close: the client goes on when this is over.
const briefly = { timeout: 1000 };
const isUpgrade = (head) => /^upgrade: websocket/im.test(head);
const isStream = (head) => /^accept: text\/event-stream/im.test(head);
const noWebSockets = (head) => (isUpgrade(head) ? "refuse" : undefined);
const transport = (connection) => connection.state.transport;

/** A test with a proxy, and with connections that are closed in the end. */
function scene(name, judge, work) {
  test(name, async () => {
    storage.clear();
    const proxy = await Proxy.to(port);
    proxy.judge = judge ?? proxy.judge;
    const made = [];
    const open = async (url = direct, options = {}) => {
      const connection = connect(url, { ...quick, timeout: 2000, ...options });
      made.push(connection);
      await isOpen(connection);
      return connection;
    };
    try {
      await work({ proxy, open });
    } finally {
      made.forEach((each) => each.close());
      proxy.close();
    }
  });
}

function hearing(room) {
  const heard = [];
  room.on("*", (data) => heard.push(data));
  room.on("@gap", () => heard.push("gap"));
  room.on("@error", (failure) => heard.push(failure));
  return heard;
}

scene("without obstacles it is a WebSocket", undefined, async ({ proxy, open }) => {
  assert.equal(transport(await open(proxy.url)), "websocket");
  assert.equal(storage.size, 0);
});

for (const mode of ["sse", "poll"]) {
  scene(`over ${mode} two chat, and what it cannot do says so`, noWebSockets, async ({ proxy, open }) => {
    const ann = await open(proxy.url, { transports: [mode] });
    assert.equal(transport(ann), mode);
    const name = `js ${mode}/ü`;
    const room = ann.room(name);
    const heard = hearing(room);
    const bob = (await open()).room(name);
    await bob.history();
    await until(() => room.place !== undefined, "joined");
    const heardByBob = hearing(bob);
    await bob.send({ a: 1 });
    await bob.send(new Uint8Array([0, 10, 255]), { event: "photo" });
    await room.send("text");
    const receipt = await room.send(new Uint8Array([7]), { event: "photo" });
    await until(() => heard.length === 4 && heardByBob.length === 4, "four messages");
    assert.deepEqual(heard, [{ a: 1 }, new Uint8Array([0, 10, 255]), "text", new Uint8Array([7])]);
    assert.deepEqual(heardByBob, heard);
    assert.equal(receipt.offset, room.place.offset);
    assert.equal((await room.history({ limit: 2 })).messages.length, 2);
    assert.ok(Array.isArray((await room.members()).members));
    await assert.rejects(ann.call("anything"), { code: 501, message: "call needs a WebSocket" });
    await assert.rejects(room.upload(new Blob(["a"])), { code: 501 });
    await assert.rejects(room.send(1, { event: "@mine" }), { code: 400 });
    const watched = hearing(ann.room("js-watched", { presence: true }));
    await until(() => watched.length === 1, "presence is refused");
    assert.equal(watched[0].code, 501);
    await room.leave();
    await bob.send("unheard");
    await room.history();
    assert.equal(heard.length, 4);
  });

  scene(`over ${mode} nothing is lost and nothing comes twice`, noWebSockets, async ({ proxy, open }) => {
    const ann = await open(proxy.url, { transports: [mode] });
    const room = ann.room(`js-${mode}-cuts`);
    const heard = hearing(room);
    await until(() => room.place !== undefined, "joined");
    const bob = (await open()).room(`js-${mode}-cuts`);
    const receipts = [];
    for (let i = 0; i < 100; i++) {
      receipts.push(i % 2 ? room.send(i) : bob.send(i));
      if (i % 30 === 15) {
        proxy.cut();
      }
      await receipts.at(-1);
    }
    await until(() => heard.length >= 100, `100 messages, and not ${heard.length}`);
    assert.deepEqual(heard, Array.from({ length: 100 }, (_, i) => i));
  });

  scene(`over ${mode} many rooms share few requests`, noWebSockets, async ({ proxy, open }) => {
    const ann = await open(proxy.url, { transports: [mode] });
    const bob = await open();
    const rooms = Array.from({ length: 7 }, (_, i) => ann.room(`js-${mode}-${i}`));
    const heard = rooms.map(hearing);
    await until(() => rooms.every((room) => room.place !== undefined), "joined");
    await Promise.all(rooms.map((room) => bob.send(room.name, room.name)));
    await until(() => heard.every((each) => each.length === 1), "each heard");
  });
}

scene("a proxy that refuses WebSockets is got round, and that is remembered", noWebSockets, async ({ proxy, open }) => {
  const ann = await open(proxy.url, briefly);
  assert.equal(transport(ann), "sse");
  assert.match([...storage.values()][0], /^sse \d+$/);
  proxy.judge = (head) => (assert.ok(!isUpgrade(head), "it is remembered"), undefined);
  assert.equal(transport(await open(proxy.url)), "sse");
  const key = [...storage.keys()][0];
  storage.set(key, `sse ${Date.now() - 1}`);
  proxy.judge = () => undefined;
  assert.equal(transport(await open(proxy.url)), "websocket");
});

scene("a proxy that swallows WebSockets is got round", (head) => (isUpgrade(head) ? "swallow" : undefined), async ({ proxy, open }) => {
  assert.equal(transport(await open(proxy.url, { timeout: 300 })), "sse");
});

scene("a proxy that holds streams back is got round by polling", (head) => (isUpgrade(head) ? "refuse" : isStream(head) ? "holdBack" : undefined), async ({ proxy, open }) => {
  const ann = await open(proxy.url, { timeout: 600 });
  const room = ann.room("js-held");
  const heard = hearing(room);
  await until(() => transport(ann) === "poll" && room.place !== undefined, "polling");
  await (await open()).room("js-held").send("hello");
  await until(() => heard.length === 1, "the message");
  assert.deepEqual(heard, ["hello"]);
});

scene("a server that is down is no reason to fall back", undefined, async ({ proxy, open }) => {
  const ann = await open(proxy.url, briefly);
  proxy.refuses = true;
  proxy.cut();
  let attempts = 0;
  ann.on("state", ({ name }) => name === "connecting" && attempts++);
  await until(() => attempts >= 6, "attempts");
  proxy.refuses = false;
  await isOpen(ann);
  assert.equal(transport(ann), "websocket");
});

scene("a portal that shows its page for everything is no server", undefined, async ({ proxy, open }) => {
  const ann = await open(proxy.url, briefly);
  proxy.judge = () => "page";
  proxy.cut();
  let attempts = 0;
  ann.on("state", ({ name }) => name === "connecting" && attempts++);
  await until(() => attempts >= 6, "attempts");
  proxy.judge = () => undefined;
  await isOpen(ann);
  assert.equal(transport(ann), "websocket");
});

scene("it goes up to a WebSocket and down again, and nothing is lost between", noWebSockets, async ({ proxy, open }) => {
  const ann = await open(proxy.url);
  const room = ann.room("js-up-and-down");
  const heard = hearing(room);
  await until(() => room.place !== undefined, "joined");
  const bob = (await open()).room("js-up-and-down");
  let said = 0;
  const speaking = setInterval(() => (bob.send(said++), room.send(said++)), 5);
  for (const judge of [() => undefined, noWebSockets, () => undefined]) {
    const expected = judge === noWebSockets ? "sse" : "websocket";
    proxy.judge = judge;
    judge === noWebSockets ? proxy.cut() : page.dispatchEvent(new Event("online"));
    await until(() => ann.state.name === "open" && transport(ann) === expected, expected);
  }
  clearInterval(speaking);
  await until(() => heard.length >= said && ann.queued === 0, "all");
  assert.deepEqual(heard.toSorted((a, b) => a - b), Array.from({ length: said }, (_, i) => i));
});

test("over HTTP a token is shown, too, and a bad one is the end", async () => {
  const url = `http://127.0.0.1:${closedPort}/`;
  for (const mode of ["sse", "poll"]) {
    const ann = connect(url, { token: () => token, transports: [mode], ...quick });
    await isOpen(ann);
    const room = ann.room("lobby");
    const heard = hearing(room);
    await until(() => room.place !== undefined, "joined");
    await room.send(mode);
    await until(() => heard.length === 1, "heard");
    ann.close();
    const nobody = connect(url, { token: "none", transports: [mode], ...quick });
    await until(() => nobody.state.name === "closed", "closed");
    assert.equal(nobody.state.code, 4401);
    const silent = connect(url, { transports: [mode], ...quick });
    silent.room("lobby");
    await until(() => silent.state.name === "closed", "closed without a token");
    assert.equal(silent.state.code, 4401);
  }
});

scene("what comes back from sleep asks at once", undefined, async ({ proxy, open }) => {
  const ann = await open(proxy.url, { backoff: { least: 60_000, most: 60_000 } });
  // Until the delay is a long one.
  for (let delay = 0; delay < 5000; delay = ann.state.at - Date.now()) {
    await isOpen(ann);
    proxy.cut();
    await until(() => ann.state.name === "waiting", "waiting");
    if (ann.state.at - Date.now() < 5000) {
      page.dispatchEvent(new Event("online"));
    }
  }
  const before = Date.now();
  page.dispatchEvent(new Event("online"));
  await isOpen(ann);
  assert.ok(Date.now() - before < 3000);
});

scene("a tab that is looked at again notices in seconds that its connection is dead", undefined, async ({ proxy, open }) => {
  const ann = await open(proxy.url);
  proxy.swallows = true;
  const before = Date.now();
  document.dispatchEvent(new Event("visibilitychange"));
  await until(() => ann.state.name !== "open", "noticed, long before the heartbeat would");
  assert.ok(Date.now() - before < 8000);
  proxy.swallows = false;
  proxy.cut();
  await isOpen(ann);
});

scene("a tab that nobody looks at does not hurry", undefined, async ({ proxy, open }) => {
  const ann = await open(proxy.url, { backoff: { least: 500, most: 500 } });
  proxy.refuses = true;
  proxy.cut();
  await until(() => ann.state.name === "waiting" && ann.state.at - Date.now() > 200, "a delay of some length");
  const { at } = ann.state;
  document.visibilityState = "hidden";
  document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(ann.state.at, at);
  document.visibilityState = "visible";
  document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(ann.state.name, "connecting");
});
