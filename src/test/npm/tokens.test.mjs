// Tokens that cannot be had at once, with a server that misbehaves.
// node --experimental-websocket tokens.test.mjs <atrium.js> <port of one that wants tokens> <token>
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { isOpen, quick, until } from "./harness.mjs";
import { RoomPeer } from "./room-peer.mjs";

const [, , script, closedPort, token] = process.argv;
const { connect } = await import(pathToFileURL(script));

const required = { welcome: { auth: "required", resume: null } };

/** Accepts the token "good", and closes with any other one a client that has not authenticated. */
function judge(peer) {
  peer.before = ({ cmd, params }, socket) => {
    if (cmd === "auth" && params.token !== "good") {
      socket.good || setTimeout(() => socket.close(4401, "invalid token"), 1);
      return { code: 401, error: "token: invalid" };
    }
    socket.good ||= cmd === "auth";
    return cmd === "auth" ? { body: { user: "ann" } } : undefined;
  };
}

function scene(name, work) {
  test(name, { timeout: 20_000 }, async () => {
    const peer = await RoomPeer.start(required);
    judge(peer);
    const made = [];
    try {
      await work(peer, (options) => {
        const connection = connect(peer.url, { ...quick, ...options });
        connection.errors = [];
        connection.on("error", (failure) => connection.errors.push(failure));
        made.push(connection);
        return connection;
      });
    } finally {
      made.forEach((each) => each.close());
      peer.close();
    }
  });
}

for (const [what, first] of [
  [
    "throws",
    () => {
      throw new Error("no network");
    },
  ],
  ["fails", () => Promise.reject(new Error("no network"))],
  ["fails without a reason", () => Promise.reject()],
  ["returns a bad token", () => "bad"],
]) {
  scene(`a token function that ${what} is called again, also at a later connection`, async (peer, open) => {
    let calls = 0;
    const connection = open({ token: () => (++calls <= 4 ? first() : "good") });
    const receipt = connection.room("r").send("waits");
    await isOpen(connection);
    await receipt;
    assert.equal(calls, 5);
    assert.equal(connection.errors.length, 4);
    calls = 0;
    peer.cut();
    await until(() => connection.state.name !== "open", "lost");
    await isOpen(connection);
    assert.equal(calls, 5);
  });
}

scene("a token that takes longer than the server waits is used by a later connection", async (peer, open) => {
  peer.before = ({ cmd }) => (cmd === "auth" ? { body: { user: "ann" } } : undefined);
  const calls = [];
  const connection = open({ token: () => new Promise((resolve, reject) => calls.push({ resolve, reject })) });
  for (let i = 1; i <= 3; i++) {
    await until(() => peer.connections === i, `connection ${i}`);
    peer.closeAll(4401, "no token in time");
  }
  await until(() => peer.connections === 4, "the fourth connection");
  await until(() => calls.length === 4, "the fourth call");
  calls[0].reject(new Error("no network"));
  calls[1].resolve("good");
  await isOpen(connection);
  assert.deepEqual(
    connection.errors.map(({ code }) => code),
    [401, 401, 401],
  );
  assert.equal(peer.connections, 4);
});

scene("a token function that never returns is called again by the next connection", async (peer, open) => {
  let calls = 0;
  const connection = open({ timeout: 200, token: () => (++calls === 1 ? new Promise(() => {}) : "good") });
  const errors = [];
  connection.on("error", ({ code }) => errors.push(code));
  await isOpen(connection);
  assert.equal(peer.connections, 2);
  assert.equal(connection.state.transport, "websocket");
  assert.deepEqual(errors, [401]);
});

scene(
  "a renewal that fails is repeated on the same connection, and 4401 is a reason to ask again",
  async (peer, open) => {
    const tokens = ["good", "bad", new Error("no network"), "good"];
    const connection = open({
      token: async () => {
        const next = tokens.shift() ?? "good";
        if (next instanceof Error) {
          throw next;
        }
        return next;
      },
    });
    await isOpen(connection);
    peer.push({ event: "@expiring", data: { expires: Date.now() + 10_000 } });
    await until(() => tokens.length === 0, "renewed");
    assert.equal(peer.connections, 1);
    assert.equal(connection.state.name, "open");
    tokens.push("bad", "bad");
    peer.closeAll(4401, "the token has expired");
    await until(() => connection.state.name !== "open", "closed");
    await isOpen(connection);
    assert.equal(peer.connections, 4);
  },
);

scene("a room that a renewed token does not grant is reported", async (peer, open) => {
  const connection = open({ token: () => "good" });
  await isOpen(connection);
  const failures = [];
  const rooms = ["kept", "lost"].map((name) => connection.room(name));
  rooms.forEach((room) => room.on("@error", ({ code }) => failures.push([room.name, code])));
  await until(() => rooms.every(({ place }) => place), "joined");
  const { before } = peer;
  peer.before = (command, socket) => {
    const { cmd, params } = command;
    if (cmd === "auth" && peer.connections === 1) {
      peer.commands.splice(0, peer.commands.length, { cmd: "join", params: { room: "kept" } });
      return { body: { user: "ann", left: ["lost"] } };
    }
    return cmd === "join" && params.room === "lost"
      ? { code: 403, error: "room: the token does not grant join" }
      : before(command, socket);
  };
  peer.push({ event: "@expiring", data: { expires: Date.now() + 10_000 } });
  await until(() => failures.length === 1, "reported");
  await isOpen(connection);
  assert.deepEqual(failures, [["lost", 403]]);
  assert.equal(peer.connections, 2);
});

scene("attempts with bad tokens are delayed more and more", async (peer, open) => {
  const waits = [];
  const connection = open({ token: () => "bad", backoff: { least: 1, most: 64 } });
  connection.on("state", ({ name, attempt }) => name === "waiting" && waits.push(attempt));
  await until(() => waits.length >= 8, "eight attempts");
  assert.deepEqual(waits.slice(0, 8), [1, 2, 3, 4, 5, 6, 7, 8]);
});

scene("a function that returns null ends the connection, and so does close", async (peer, open) => {
  const none = open({ token: () => null });
  const receipt = none.room("r").send(1);
  await assert.rejects(receipt, { name: "AtriumError" });
  assert.deepEqual(none.state, { name: "closed", code: 4401, reason: "there is no token" });
  let calls = 0;
  const closed = open({ token: () => (calls++, "bad") });
  await until(() => calls >= 3, "asked");
  closed.close();
  const { connections } = peer;
  const asked = calls;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(closed.state.code, 1000);
  assert.ok(calls <= asked + 1 && peer.connections <= connections + 1);
});

scene("a renewal that returns null ends the connection", async (peer, open) => {
  const tokens = ["good", null];
  const connection = open({ token: () => tokens.shift() });
  await isOpen(connection);
  peer.push({ event: "@expiring", data: { expires: Date.now() + 10_000 } });
  await until(() => connection.state.name === "closed", "closed");
  assert.equal(connection.state.code, 4401);
});

scene(
  "a token function that fails is called by one renewal at a time, however often the server asks",
  async (peer, open) => {
    let calls = 0;
    const connection = open({
      token: () => {
        calls++;
        return calls === 1 ? "good" : Promise.reject(new Error("no network"));
      },
    });
    await isOpen(connection);
    for (let i = 0; i < 20; i++) {
      peer.push({ event: "@expiring", data: { expires: Date.now() + 60_000 } });
    }
    await until(() => calls >= 21, "asked");
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    assert.ok(calls <= 23, `${calls} calls`);
  },
);

scene("a token that is no function and is rejected ends the connection", async (peer, open) => {
  const connection = open({ token: "bad" });
  await until(() => connection.state.name === "closed", "closed");
  assert.equal(connection.state.code, 4401);
  assert.equal(peer.connections, 1);
});

for (const transport of ["sse", "poll"]) {
  test(`over ${transport} a token function is called until it has a valid token`, { timeout: 20_000 }, async () => {
    const tokens = ["bad", new Error("no network"), "bad", token];
    const connection = connect(`http://127.0.0.1:${closedPort}/`, {
      ...quick,
      transports: ["websocket", transport].slice(1),
      token: async () => {
        const next = tokens.shift() ?? token;
        if (next instanceof Error) {
          throw next;
        }
        return next;
      },
    });
    await isOpen(connection);
    assert.equal(tokens.length, 0);
    await connection.room("lobby").send(transport);
    connection.close();
  });
}
