// What becomes of messages that cannot be sent as they are, with a server that misbehaves.
// node --experimental-websocket outgoing.test.mjs <atrium.js> <port> <port of one with a low rate limit>
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { isOpen, quick, replaceGlobal, until } from "./harness.mjs";
import { Locks } from "./locks.mjs";
import { RoomPeer } from "./room-peer.mjs";

const [, , script, port, limitedPort] = process.argv;
const { connect } = await import(pathToFileURL(script));

/** A test with a server of its own, and connections that are closed in the end. */
function scene(name, setting, work) {
  test(name, { timeout: 20_000 }, async () => {
    const peer = await RoomPeer.start(setting);
    const made = [];
    const open = (options = {}, url = peer.url) => {
      const connection = connect(url, { ...quick, ...options });
      made.push(connection);
      return connection;
    };
    try {
      await work({ peer, open });
    } finally {
      made.forEach((each) => each.close());
      peer.close();
    }
  });
}

const sent = (peer) => peer.of("send").map(({ params }) => params.data);

for (const [what, data, size] of [
  ["text", "a".repeat(1000), 1000],
  ["text of several bytes a character", "ü".repeat(500), 1000],
  ["half a surrogate pair, which JSON escapes", "\ud83d".repeat(170), 1000],
  ["bytes", new Uint8Array(1000), 1000],
]) {
  scene(
    `${what} over the maximum of the server is rejected before it is sent`,
    { welcome: { maxPayload: 1000 } },
    async ({ peer, open }) => {
      const connection = open();
      const room = connection.room("r");
      const early = room.send(data);
      const behind = room.send("behind");
      await assert.rejects(early, { name: "AtriumError", code: 413 });
      await behind;
      await assert.rejects(room.send(data), { code: 413 });
      await assert.rejects(connection.call("f", data), { code: 413 });
      assert.deepEqual(sent(peer), ["behind"]);
      assert.equal(peer.connections, 1);
      assert.equal(connection.queued, 0);
    },
  );
}

scene(
  "the maximum is that of the whole frame, to the byte",
  { welcome: { maxPayload: 300 } },
  async ({ peer, open }) => {
    const room = open().room("r");
    const accepts = async (make, length) =>
      room.send(make(length)).then(
        () => true,
        ({ code }) => (assert.equal(code, 413), false),
      );
    // Idempotency keys of one length: frames of two sizes of a text would differ by more than the text.
    let key = 1e9;
    crypto.getRandomValues = (numbers) => numbers.fill(key++);
    try {
      for (const make of [(length) => "ü".repeat(length / 2), (length) => new Uint8Array(length)]) {
        let length = 2;
        while (await accepts(make, length)) {
          length += 2;
        }
        const { size } = peer.of("send").at(-1);
        assert.ok(size <= 300 && size > 297, `${size}`);
      }
    } finally {
      delete crypto.getRandomValues;
    }
    assert.equal(peer.connections, 1);
  },
);

for (const [code, status, shared] of [
  [1009, 413],
  [1007, 400],
  [1003, 400],
  [4429, 429],
  [4429, 429, "answered"],
]) {
  scene(
    `a message that is answered with the close code ${code} is rejected, and the others go on${shared ? ", also of a shared connection" : ""}`,
    {},
    async ({ peer, open }) => {
      Object.defineProperty(globalThis, "navigator", {
        value: shared ? { locks: new Locks() } : undefined,
        configurable: true,
      });
      const bad = "b".repeat(100);
      peer.before = ({ cmd, params }) => (cmd === "send" && params.data === bad ? { close: code } : undefined);
      const connection = open({ shared });
      const room = connection.room("r");
      const other = connection.room("other");
      await isOpen(connection);
      const results = await Promise.allSettled([
        room.send("before"),
        room.send(bad),
        room.send("behind"),
        other.send("elsewhere"),
      ]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled", "fulfilled"],
      );
      assert.equal(results[1].reason.code, status);
      assert.equal(sent(peer).filter((data) => data === bad).length, 1);
      assert.deepEqual(peer.accepted, ["before", "behind", "elsewhere"]);
      assert.equal(peer.connections, 2);
    },
  );
}

scene("a close that is no answer to a message rejects none", {}, async ({ peer, open }) => {
  let closes = 3;
  peer.before = ({ cmd }) => (cmd === "send" && closes-- > 0 ? { close: 1011 } : undefined);
  await open().room("r").send("again");
  assert.deepEqual(peer.accepted, ["again"]);
});

scene("a message that ends each connection is sent less and less often", {}, async ({ peer, open }) => {
  peer.before = ({ cmd }) => (cmd === "send" ? { close: 1011 } : undefined);
  const connection = open({ backoff: { least: 1, most: 64 } });
  const attempts = [];
  connection.on("state", ({ name, attempt }) => name === "waiting" && attempts.push(attempt));
  connection
    .room("r")
    .send("fatal")
    .catch(() => {});
  await until(() => attempts.length >= 8, "eight attempts");
  assert.deepEqual(attempts.slice(0, 8), [1, 2, 3, 4, 5, 6, 7, 8]);
  // One that has lasted is lost by chance, and opened again at once.
  peer.before = () => undefined;
  await isOpen(connection);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  attempts.length = 0;
  peer.cut();
  await until(() => attempts.length > 0, "lost");
  assert.equal(attempts[0], 1);
});

scene("a message without a JSON is rejected, and blocks no other", {}, async ({ peer, open }) => {
  const room = open().room("r");
  const circle = {};
  circle.circle = circle;
  await assert.rejects(room.send(circle), TypeError);
  await assert.rejects(room.send(1n), TypeError);
  await room.send("next");
  assert.deepEqual(sent(peer), ["next"]);
});

scene("a message is what it was when it was sent", {}, async ({ peer, open }) => {
  const data = { text: "first" };
  const receipt = open().room("r").send(data);
  data.text = "changed";
  await receipt;
  assert.deepEqual(peer.accepted, [{ text: "first" }]);
});

scene("bytes are what they were when they were sent, too", {}, async ({ peer, open }) => {
  const room = open().room("r");
  const bytes = new Uint8Array(1);
  const receipts = [1, 2].map((value) => {
    bytes[0] = value;
    return room.send(value === 1 ? bytes : bytes.buffer);
  });
  bytes[0] = 3;
  await Promise.all(receipts);
  assert.deepEqual(
    peer.of("send").map(({ bytes }) => [...bytes]),
    [[1], [2]],
  );
});

for (const shared of [undefined, "slow"]) {
  scene(
    `a command that is in a slow socket for longer than the timeout is not repeated${shared ? ", nor by a tab that shares it" : ""}`,
    {},
    async ({ peer, open }) => {
      Object.defineProperty(globalThis, "navigator", { value: { locks: new Locks() }, configurable: true });
      replaceGlobal(
        "WebSocket",
        class extends WebSocket {
          get bufferedAmount() {
            return 1;
          }
        },
      );
      peer.before = ({ seq, cmd }, socket) =>
        cmd === "file.write"
          ? (setTimeout(() => socket.send(JSON.stringify({ seq, code: 200, body: { seq } })), 1500), "silence")
          : undefined;
      const connection = open({ shared, timeout: 500 });
      await isOpen(connection);
      assert.ok((await connection.request("file.write", {}, new Uint8Array(1))).seq > 0);
    },
  );
}

/** Rejects as a server does: after a rejected message those behind it, until it is sent again. */
function rejecting(peer, codes) {
  const held = new Map();
  peer.before = ({ cmd, params }) => {
    if (cmd !== "send") {
      return undefined;
    }
    assert.equal(params.ordered, true);
    const first = held.get(params.room);
    if (first && first !== params.idempotency) {
      return { code: 424, error: "an earlier one first" };
    }
    held.delete(params.room);
    const code = codes(params.data);
    if (code) {
      held.set(params.room, params.idempotency);
      return { code, error: "later" };
    }
    return undefined;
  };
}

for (const code of [429, 503]) {
  scene(`messages that are rejected with ${code} arrive in the order of their calls`, {}, async ({ peer, open }) => {
    const rejections = new Map([
      [3, 2],
      [40, 1],
      [41, 1],
      [99, 1],
    ]);
    rejecting(peer, (data) => {
      const left = rejections.get(data) ?? 0;
      rejections.set(data, left - 1);
      return left > 0 ? code : undefined;
    });
    const connection = open();
    const room = connection.room("r");
    await isOpen(connection);
    const receipts = Array.from({ length: 100 }, (_, i) => room.send(i));
    const elsewhere = connection.room("other").send("elsewhere");
    await Promise.race([elsewhere, receipts[99]]);
    assert.ok(peer.accepted.length < 100, "another room does not wait");
    await Promise.all(receipts);
    assert.deepEqual(
      peer.accepted.filter((data) => data !== "elsewhere"),
      Array.from({ length: 100 }, (_, i) => i),
    );
    assert.ok(peer.of("send").length < 300, `${peer.of("send").length} commands`);
  });
}

scene(
  "a message that is sent while others are held back is sent behind them, also over a reconnect",
  {},
  async ({ peer, open }) => {
    let rejections = 1;
    rejecting(peer, () => (rejections-- > 0 ? 503 : undefined));
    const connection = open();
    const room = connection.room("r");
    await isOpen(connection);
    const receipts = [room.send(0), room.send(1)];
    await until(() => peer.of("send").length === 2, "rejected");
    receipts.push(room.send(2));
    peer.cut();
    receipts.push(room.send(3));
    await Promise.all(receipts);
    assert.deepEqual(peer.accepted, [0, 1, 2, 3]);
  },
);

for (const transport of ["sse", "poll"]) {
  test(`over ${transport} a rejected message is sent again before those behind it`, { timeout: 20_000 }, async () => {
    const { fetch } = globalThis;
    let posts = 0;
    replaceGlobal("fetch", (url, init) =>
      init?.method === "POST" && [3, 4, 9].includes(++posts)
        ? Promise.resolve(
            new Response(JSON.stringify({ detail: "later" }), { status: { 3: 429, 4: 503, 9: 521 }[posts] }),
          )
        : fetch(url, init),
    );
    const connection = connect(`http://127.0.0.1:${port}/`, { ...quick, transports: [transport] });
    const room = connection.room(`js-rejected-${transport}`);
    const offsets = (await Promise.all(Array.from({ length: 10 }, (_, i) => room.send(i)))).map(({ offset }) => offset);
    assert.deepEqual(
      offsets,
      offsets.toSorted((a, b) => a - b),
    );
    assert.equal(posts, 13);
    connection.close();
  });
}

for (const transport of ["sse", "poll"]) {
  for (const [what, answer] of [
    ["is lost", () => Promise.reject(new TypeError("lost"))],
    ["is the page of a portal", () => Promise.resolve(new Response("<p>Log in"))],
    ["is cut", () => Promise.resolve(new Response('{"epoch": "'))],
  ]) {
    test(
      `over ${transport} a message whose answer ${what} is sent again before those behind it`,
      { timeout: 20_000 },
      async () => {
        const { fetch } = globalThis;
        let posts = 0;
        replaceGlobal("fetch", (url, init) => (init?.method === "POST" && ++posts === 3 ? answer() : fetch(url, init)));
        const connection = connect(`http://127.0.0.1:${port}/`, { ...quick, transports: [transport] });
        const room = connection.room(`js-lost-${transport}-${what}`);
        const offsets = (await Promise.all(Array.from({ length: 10 }, (_, i) => room.send(i)))).map(
          ({ offset }) => offset,
        );
        assert.deepEqual(
          offsets,
          offsets.toSorted((a, b) => a - b),
        );
        connection.close();
      },
    );
  }

  test(`over ${transport} a large message has the time that a slow network takes`, { timeout: 20_000 }, async () => {
    const { fetch } = globalThis;
    replaceGlobal("fetch", async (url, init) => {
      init?.body?.length > 20_000 && (await new Promise((resolve) => setTimeout(resolve, 1500)));
      init?.signal?.throwIfAborted();
      return fetch(url, init);
    });
    const connection = connect(`http://127.0.0.1:${port}/`, { ...quick, timeout: 1000, transports: [transport] });
    assert.equal((await connection.room(`js-slow-${transport}`).send("a".repeat(30_000))).offset, 1);
    connection.close();
  });

  for (const [what, failure] of [
    ["refuses without a readable answer", new TypeError("opaque")],
    ["never answers", new DOMException("too late", "TimeoutError")],
  ]) {
    test(
      `over ${transport} a message that a proxy ${what} is rejected, and the others go on`,
      { timeout: 20_000 },
      async () => {
        const { fetch } = globalThis;
        let refused = 0;
        replaceGlobal("fetch", (url, init) =>
          init?.body?.length > 20_000 ? (refused++, Promise.reject(failure)) : fetch(url, init),
        );
        const connection = connect(`http://127.0.0.1:${port}/`, { ...quick, transports: [transport] });
        let opened = 0;
        connection.on("state", ({ name }) => name === "open" && opened++);
        const room = connection.room(`js-refused-${transport}-${failure.name}`);
        const receipts = [room.send("before"), room.send("a".repeat(30_000)), room.send("behind")];
        await assert.rejects(receipts[1], { name: "AtriumError", code: 413 });
        assert.deepEqual([(await receipts[0]).offset, (await receipts[2]).offset], [1, 2]);
        assert.deepEqual([opened, refused], [1, 3]);
        connection.close();
      },
    );
  }
}

for (const transport of ["websocket", "sse", "poll"]) {
  test(
    `over ${transport} a large message is rejected, and the server is not asked again and again`,
    { timeout: 20_000 },
    async () => {
      const connection = connect(`http://127.0.0.1:${port}/`, { ...quick, transports: [transport] });
      let opened = 0;
      connection.on("state", ({ name }) => name === "open" && opened++);
      const room = connection.room(`js-large-${transport}`);
      const { fetch } = globalThis;
      let posts = 0;
      replaceGlobal("fetch", (url, init) => ((posts += init?.method === "POST" ? 1 : 0), fetch(url, init)));
      const early = room.send("a".repeat(1.1e6));
      await assert.rejects(early, { name: "AtriumError", code: 413 });
      assert.ok((await room.send("small")).offset > 0);
      await assert.rejects(room.send(new Uint8Array(1.1e6)), { code: 413 });
      await assert.rejects(room.send("ü".repeat(0.6e6)), { code: 413 });
      assert.equal(opened, 1);
      assert.ok(posts <= 1, `${posts} posts`);
      connection.close();
    },
  );
}

for (const [way, setting] of [
  ["websocket", { transports: ["websocket"] }],
  ["sse", { transports: ["sse"] }],
  ["poll", { transports: ["poll"] }],
  ["shared", { shared: "volatile" }],
]) {
  test(`over ${way} a volatile message arrives without a position, or is dropped`, { timeout: 20_000 }, async () => {
    Object.defineProperty(globalThis, "navigator", {
      value: way === "shared" ? { locks: new Locks() } : undefined,
      configurable: true,
    });
    const url = `http://127.0.0.1:${port}/`;
    const reader = connect(url, quick);
    const received = [];
    const inbox = reader.room(`js-volatile-${way}`);
    inbox.on("*", (data, { offset }) => received.push([data, offset]));
    await until(() => inbox.place !== undefined, "joined");
    const publisher = connect(url, { ...quick, ...setting });
    const room = publisher.room(inbox.name);
    assert.equal(await room.send("dropped", { event: "typing", volatile: true }), undefined);
    await isOpen(publisher);
    assert.equal(await room.send("typing", { event: "typing", volatile: true }), undefined);
    assert.equal(await room.send(new Uint8Array([1]), { event: "typing", volatile: true }), undefined);
    assert.equal((await room.send("kept")).offset, 1);
    await until(() => received.length === 3, "received");
    assert.deepEqual(received, [
      ["typing", undefined],
      [new Uint8Array([1]), undefined],
      ["kept", 1],
    ]);
    assert.deepEqual(
      (await inbox.history()).messages.map(({ data }) => data),
      ["kept"],
    );
    await assert.rejects(room.send("x", { event: "@mine", volatile: true }), { code: 400 });
    publisher.close();
    reader.close();
  });
}

for (const [way, setting] of [
  ["websocket", { transports: ["websocket"] }],
  ["sse", { transports: ["sse"] }],
  ["shared", { shared: "outgoing" }],
]) {
  test(
    `over ${way} 340 messages in a row arrive in their order from a server that limits them`,
    { timeout: 60_000 },
    async () => {
      Object.defineProperty(globalThis, "navigator", {
        value: way === "shared" ? { locks: new Locks() } : undefined,
        configurable: true,
      });
      const url = `http://127.0.0.1:${limitedPort}/`;
      const [publisher, reader] = [connect(url, { ...quick, ...setting }), connect(url, quick)];
      const received = [];
      const codes = [];
      publisher.on("state", (state) => codes.push(state.name));
      const room = `js-limited-${way}`;
      const inbox = reader.room(room);
      inbox.on("*", (data) => received.push(data));
      await until(() => inbox.place !== undefined, "joined");
      await isOpen(publisher);
      const receipts = Array.from({ length: 340 }, (_, i) => publisher.send(room, i));
      await Promise.all(receipts);
      await until(() => received.length === 340, `340, and not ${received.length}`);
      assert.deepEqual(
        received,
        Array.from({ length: 340 }, (_, i) => i),
      );
      assert.deepEqual(
        codes.filter((name) => name !== "open" && name !== "connecting"),
        [],
        "no connection is closed for too many messages",
      );
      publisher.close();
      reader.close();
    },
  );
}
