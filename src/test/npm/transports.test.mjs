// The client against a real server, behind proxies that let no WebSocket through.
// node --experimental-websocket transports.test.mjs <atrium.js> <port> <port of one that wants tokens> <token> <port of one for one connection>
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { isOpen, Proxy, quick, replaceGlobal, until } from "./harness.mjs";

const [, , script, port, closedPort, token, fullPort] = process.argv;

// As in a browser: what is remembered, and what the window tells of.
const storage = new Map();
globalThis.localStorage = {
  getItem: (key) => storage.get(key) ?? null,
  setItem: (key, value) => storage.set(key, value),
};
const page = new EventTarget();
globalThis.addEventListener = page.addEventListener.bind(page);
globalThis.removeEventListener = page.removeEventListener.bind(page);
globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });

const { connect } = await import(pathToFileURL(script));

const direct = `http://127.0.0.1:${port}/`;
// Where Node's WebSocket is refused it reports no close: the client continues after this timeout.
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

function collect(room) {
  const received = [];
  room.on("*", (data) => received.push(data));
  room.on("@gap", () => received.push("gap"));
  room.on("@error", (failure) => received.push(failure));
  return received;
}

scene("the client uses a WebSocket if no proxy prevents it", undefined, async ({ proxy, open }) => {
  assert.equal(transport(await open(proxy.url)), "websocket");
  assert.equal(storage.size, 0);
});

scene("a server that is away for a moment, again and again, costs no WebSocket", undefined, async ({ proxy, open }) => {
  const connection = await open(proxy.url);
  const used = new Set();
  connection.on("state", (state) => state.name === "open" && used.add(state.transport));
  for (let outages = 1; outages <= 10; outages++) {
    proxy.refuses = true;
    proxy.cut();
    await until(() => connection.state.name === "waiting", "lost");
    await new Promise((resolve) => setTimeout(resolve, 20 * outages));
    proxy.refuses = false;
    await isOpen(connection);
  }
  assert.deepEqual([...used], ["websocket"]);
  assert.equal(storage.size, 0);
});

scene("a refused attempt is repeated long before its timeout", undefined, async ({ proxy, open }) => {
  proxy.refuses = true;
  const opened = open(proxy.url, { timeout: 10_000 });
  await new Promise((resolve) => setTimeout(resolve, 300));
  proxy.refuses = false;
  const begun = Date.now();
  await opened;
  assert.ok(Date.now() - begun < 2000, `after ${Date.now() - begun} ms`);
});

scene("a client that connects too often waits, and keeps its WebSocket", undefined, async ({ proxy, open }) => {
  let refused = 0;
  proxy.judge = (head) => (refused < 6 && /^GET/.test(head) ? (refused++, "tooMany") : undefined);
  assert.equal(transport(await open(proxy.url, { timeout: 10_000 })), "websocket");
  assert.equal(refused, 6);
});

scene("a client that the server has no room for waits for its WebSocket", undefined, async ({ open }) => {
  const full = `http://127.0.0.1:${fullPort}/`;
  const first = await open(full, { token });
  const second = connect(full, { ...quick, ...briefly, token });
  let attempts = 0;
  second.on("state", ({ name }) => name === "connecting" && attempts++);
  try {
    await until(() => attempts === 8, "eight attempts");
    assert.equal(second.state.transport, undefined);
    first.close();
    await isOpen(second);
    assert.equal(transport(second), "websocket");
    assert.equal(storage.size, 0);
  } finally {
    second.close();
  }
});

for (const mode of ["sse", "poll"]) {
  scene(
    `over ${mode} two clients exchange messages, and unsupported requests fail`,
    noWebSockets,
    async ({ proxy, open }) => {
      const ann = await open(proxy.url, { transports: [mode] });
      assert.equal(transport(ann), mode);
      const name = `js ${mode}/ü`;
      const room = ann.room(name);
      const received = collect(room);
      const bob = (await open()).room(name);
      await bob.history();
      await until(() => room.place !== undefined, "joined");
      const receivedByBob = collect(bob);
      await bob.send({ a: 1 });
      await bob.send(new Uint8Array([0, 10, 255]), { event: "photo" });
      await room.send(undefined, { event: "nothing" });
      const receipt = await room.send(new Uint8Array([7]), { event: "photo" });
      await until(() => received.length === 4 && receivedByBob.length === 4, "four messages");
      assert.deepEqual(received, [{ a: 1 }, new Uint8Array([0, 10, 255]), null, new Uint8Array([7])]);
      assert.deepEqual(receivedByBob, received);
      assert.equal(receipt.offset, room.place.offset);
      const { messages } = await room.history({ limit: 2 });
      assert.deepEqual(messages[1].data, new Uint8Array([7]));
      assert.ok(Array.isArray((await room.members()).members));
      await assert.rejects(ann.call("anything"), { code: 501, message: "call needs a WebSocket" });
      await assert.rejects(room.upload(new Blob(["a"])), { code: 501 });
      await assert.rejects(room.send(1, { event: "@mine" }), { code: 400 });
      const watched = collect(ann.room("js-watched", { presence: true }));
      await until(() => watched.length === 1, "presence is refused");
      assert.equal(watched[0].code, 501);
      await room.leave();
      await bob.send("not echoed");
      await room.history();
      assert.equal(received.length, 4);
    },
  );

  scene(`over ${mode} a name that no URL can have is rejected alone`, noWebSockets, async ({ proxy, open }) => {
    const ann = await open(proxy.url, { transports: [mode] });
    let changes = 0;
    ann.on("state", () => changes++);
    const half = "half \ud83d";
    const received = collect(ann.room(half));
    await assert.rejects(ann.send(half, "lost"), { name: "AtriumError", code: 400 });
    await until(() => received.length === 1, "the room cannot be joined");
    assert.equal(received[0].code, 400);
    assert.ok((await ann.send(`js-${mode}-whole`, "on")).offset > 0);
    assert.equal(changes, 0, "one connection");
  });

  scene(`over ${mode} no message is lost or repeated`, noWebSockets, async ({ proxy, open }) => {
    const ann = await open(proxy.url, { transports: [mode] });
    const room = ann.room(`js-${mode}-cuts`);
    const received = collect(room);
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
    await until(() => received.length >= 100, `100 messages, and not ${received.length}`);
    assert.deepEqual(
      received,
      Array.from({ length: 100 }, (_, i) => i),
    );
  });

  scene(`over ${mode} many rooms share few requests`, noWebSockets, async ({ proxy, open }) => {
    const ann = await open(proxy.url, { transports: [mode] });
    const bob = await open();
    const rooms = Array.from({ length: 7 }, (_, i) => ann.room(`js-${mode}-${i}`));
    const received = rooms.map(collect);
    await until(() => rooms.every((room) => room.place !== undefined), "joined");
    await Promise.all(rooms.map((room) => bob.send(room.name, room.name)));
    await until(() => received.every((each) => each.length === 1), "each received");
  });
}

scene(
  "the client avoids a proxy that refuses WebSockets, and remembers that",
  noWebSockets,
  async ({ proxy, open }) => {
    const ann = await open(proxy.url, briefly);
    assert.equal(transport(ann), "sse");
    assert.match([...storage.values()][0], /^sse \d+$/);
    proxy.judge = (head) => (assert.ok(!isUpgrade(head), "it is remembered"), undefined);
    assert.equal(transport(await open(proxy.url)), "sse");
    const key = [...storage.keys()][0];
    storage.set(key, `sse ${Date.now() - 1}`);
    proxy.judge = () => undefined;
    assert.equal(transport(await open(proxy.url)), "websocket");
  },
);

scene(
  "the client avoids a proxy that swallows WebSockets",
  (head) => (isUpgrade(head) ? "swallow" : undefined),
  async ({ proxy, open }) => {
    assert.equal(transport(await open(proxy.url, { timeout: 300 })), "sse");
  },
);

scene(
  "the client polls behind a proxy that holds streams back",
  (head) => (isUpgrade(head) ? "refuse" : isStream(head) ? "holdBack" : undefined),
  async ({ proxy, open }) => {
    const ann = await open(proxy.url, { timeout: 600 });
    const room = ann.room("js-held");
    const received = collect(room);
    await until(() => transport(ann) === "poll" && room.place !== undefined, "polling");
    await (await open()).room("js-held").send("hello");
    await until(() => received.length === 1, "the message");
    assert.deepEqual(received, ["hello"]);
  },
);

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

scene(
  "the client upgrades to a WebSocket and falls back again, and no message is lost",
  noWebSockets,
  async ({ proxy, open }) => {
    const ann = await open(proxy.url);
    const room = ann.room("js-up-and-down");
    const received = collect(room);
    await until(() => room.place !== undefined, "joined");
    const bob = (await open()).room("js-up-and-down");
    let sent = 0;
    const sending = setInterval(() => (bob.send(sent++), room.send(sent++)), 5);
    for (const judge of [() => undefined, noWebSockets, () => undefined]) {
      const expected = judge === noWebSockets ? "sse" : "websocket";
      proxy.judge = judge;
      judge === noWebSockets ? proxy.cut() : page.dispatchEvent(new Event("online"));
      await until(() => ann.state.name === "open" && transport(ann) === expected, expected);
    }
    clearInterval(sending);
    await until(() => received.length >= sent && ann.queued === 0, "all");
    assert.deepEqual(
      received.toSorted((a, b) => a - b),
      Array.from({ length: sent }, (_, i) => i),
    );
  },
);

scene(
  "messages to a session that is away on a fallback transport arrive when it is back, and no other again",
  undefined,
  async ({ proxy, open }) => {
    const ann = await open(proxy.url);
    const { id } = ann.state;
    const received = [];
    ann.on("message", (data) => received.push(data));
    const bob = await open();
    await bob.sendTo(id, "before");
    await until(() => received.length === 1, "the first");
    proxy.judge = noWebSockets;
    proxy.cut();
    await until(() => ann.state.name === "open" && transport(ann) === "sse", "fallen back");
    assert.equal(ann.state.id, "");
    await bob.sendTo(id, "meanwhile");
    proxy.judge = () => undefined;
    page.dispatchEvent(new Event("online"));
    await until(() => ann.state.name === "open" && transport(ann) === "websocket", "upgraded");
    await bob.sendTo(id, "after");
    await until(() => received.at(-1) === "after", "the last");
    assert.deepEqual(received, ["before", "meanwhile", "after"]);
    assert.equal(ann.state.id, id);
  },
);

scene("a transport that is preferred to a WebSocket is kept", undefined, async ({ open }) => {
  const ann = await open(direct, { transports: ["sse", "websocket"] });
  let tried = 0;
  replaceGlobal(
    "WebSocket",
    class {
      constructor() {
        tried++;
      }
      close() {}
    },
  );
  page.dispatchEvent(new Event("online"));
  assert.equal(tried, 0);
  assert.equal(transport(ann), "sse");
});

scene(
  "the client is back on a WebSocket soon after one gets through, without an event that tells it",
  noWebSockets,
  async ({ proxy, open }) => {
    const ann = await open(proxy.url);
    assert.equal(transport(ann), "sse");
    let attempts = 0;
    proxy.judge = (head) => (isUpgrade(head) && ++attempts < 2 ? "refuse" : undefined);
    const start = Date.now();
    await until(() => ann.state.name === "open" && transport(ann) === "websocket", "upgraded");
    assert.equal(attempts, 3, "two attempts with a growing delay, and the connection itself");
    assert.ok(Date.now() - start > 5000, `${Date.now() - start} ms`);
  },
);

test("over HTTP the client presents its token, too, and an invalid one closes the connection", async () => {
  const url = `http://127.0.0.1:${closedPort}/`;
  for (const mode of ["sse", "poll"]) {
    const ann = connect(url, { token: () => token, transports: [mode], ...quick });
    await isOpen(ann);
    const room = ann.room("lobby");
    const received = collect(room);
    await until(() => room.place !== undefined, "joined");
    await room.send(mode);
    await until(() => received.length === 1, "received");
    ann.close();
    const rejected = connect(url, { token: "none", transports: [mode], ...quick });
    await until(() => rejected.state.name === "closed", "closed");
    assert.equal(rejected.state.code, 4401);
    const silent = connect(url, { transports: [mode], ...quick });
    silent.room("lobby");
    await until(() => silent.state.name === "closed", "closed without a token");
    assert.equal(silent.state.code, 4401);
  }
});

scene("a client that comes online reconnects at once", undefined, async ({ proxy, open }) => {
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

scene(
  "a tab that becomes visible again detects a dead connection within seconds",
  undefined,
  async ({ proxy, open }) => {
    const ann = await open(proxy.url);
    proxy.swallows = true;
    const before = Date.now();
    document.dispatchEvent(new Event("visibilitychange"));
    // A message that was on its way is no sign that the connection is alive.
    proxy.deliver('{"event":"late","data":1}');
    await until(() => ann.state.name !== "open", "noticed, long before the heartbeat would");
    assert.ok(Date.now() - before < 8000);
    proxy.swallows = false;
    proxy.cut();
    await isOpen(ann);
  },
);

scene("a hidden tab keeps its delay, and a visible one reconnects at once", undefined, async ({ proxy, open }) => {
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
