// Rooms that are joined and left, with and without a connection, over each transport and in tabs that share one.
// node --experimental-websocket membership.test.mjs <atrium.js> <port>
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { isOpen, Proxy, quick, until } from "./harness.mjs";
import { Locks } from "./locks.mjs";
import { RoomPeer } from "./room-peer.mjs";

const [, , script, port] = process.argv;
const { connect } = await import(pathToFileURL(script));
const direct = `http://127.0.0.1:${port}/`;
let sequence = 0;

/** Ways of connecting; a shared connection needs what a browser has. */
const ways = {
  websocket: () => ({ transports: ["websocket"] }),
  sse: () => ({ transports: ["sse"] }),
  poll: () => ({ transports: ["poll"] }),
  shared: () => {
    Object.defineProperty(globalThis, "navigator", { value: { locks: new Locks() }, configurable: true });
    return { transports: ["websocket"], shared: `membership ${sequence}` };
  },
};

/** A test for each way, with a proxy, a client behind it and an onlooker. */
function each(name, work) {
  for (const [way, options] of Object.entries(ways)) {
    test(`${way}: ${name}`, { timeout: 30_000 }, async () => {
      const proxy = await Proxy.to(port);
      const room = `js-membership-${way}-${++sequence}`;
      const made = [connect(proxy.url, { ...quick, timeout: 3000, ...options() }), connect(direct, quick)];
      const unknown = [];
      const [client, onlooker] = made;
      client.on("*", (data) => unknown.push(data));
      client.on("message", (data) => unknown.push(data));
      try {
        await isOpen(client);
        await isOpen(onlooker);
        const offline = async () => {
          proxy.refuses = true;
          proxy.cut();
          await until(() => client.state.name === "waiting" || client.state.name === "connecting", "offline");
        };
        const online = async () => {
          proxy.refuses = false;
          await isOpen(client);
        };
        // A client that polls is no member.
        const members =
          way === "poll" ? undefined : async () => (await onlooker.request("members", { room })).members.length;
        await work({ way, room, client, onlooker, offline, online, members });
        assert.deepEqual(unknown, []);
      } finally {
        made.forEach((connection) => connection.close());
        proxy.close();
        Object.defineProperty(globalThis, "navigator", { value: undefined, configurable: true });
      }
    });
  }
}

function collect(room) {
  const received = [];
  room.on("*", (data) => received.push(data));
  room.on("@gap", () => received.push("gap"));
  room.on("@error", (failure) => received.push(failure));
  return received;
}

const joined = (room) => until(() => room.place !== undefined, "joined");

async function untilMembers(members, count) {
  if (!members) {
    return;
  }
  let now;
  for (let i = 0; i < 200 && now !== count; i++) {
    now = await members();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(now, count);
}

each(
  "a room that is left without a connection is left on the server, and no message of it arrives",
  async ({ room, client, onlooker, offline, online, members }) => {
    const left = client.room(room);
    const kept = client.room(`${room}-kept`);
    const received = [left, kept].map(collect);
    await Promise.all([left, kept].map(joined));
    await untilMembers(members, 1);
    await offline();
    await left.leave();
    await onlooker.send(room, "missed");
    await onlooker.send(`${room}-kept`, "kept");
    await online();
    await until(() => received[1].length === 1, "the message of the other room");
    await untilMembers(members, 0);
    await onlooker.send(room, "later");
    await onlooker.send(`${room}-kept`, "last");
    await until(() => received[1].length === 2, "the last message");
    assert.deepEqual(received, [[], ["kept", "last"]]);
  },
);

each(
  "a room that is joined, left and joined without a connection is joined once, with the last listener",
  async ({ room, client, onlooker, offline, online, members }) => {
    const first = client.room(room);
    const received = [collect(first)];
    await joined(first);
    await offline();
    await first.leave();
    const second = client.room(room);
    received.push(collect(second));
    await second.leave();
    const third = client.room(room);
    received.push(collect(third));
    await online();
    await joined(third);
    await untilMembers(members, 1);
    await onlooker.send(room, "hello");
    await until(() => received[2].length === 1, "the message");
    assert.deepEqual(received, [[], [], ["hello"]]);
    await third.leave();
    await untilMembers(members, 0);
  },
);

each(
  "a room that is joined and left without a connection is not joined",
  async ({ room, client, offline, online, members, onlooker }) => {
    await joined(client.room(`${room}-before`));
    await offline();
    const received = collect(client.room(room));
    await client.room(`${room}-other`).leave();
    const gone = client.room(`${room}-gone`);
    await gone.leave();
    await online();
    await untilMembers(members, 1);
    assert.equal((await onlooker.request("members", { room: `${room}-gone` })).members.length, 0);
    assert.equal((await onlooker.request("members", { room: `${room}-other` })).members.length, 0);
    assert.deepEqual(received, []);
  },
);

each(
  "a room that is left while it is being joined is left, and can be joined again",
  async ({ room, client, onlooker, members }) => {
    const first = client.room(room);
    const received = [collect(first)];
    await first.leave();
    await untilMembers(members, 0);
    const second = client.room(room);
    received.push(collect(second));
    const leaving = second.leave();
    const third = client.room(room);
    received.push(collect(third));
    await leaving;
    await joined(third);
    await untilMembers(members, 1);
    await onlooker.send(room, "hello");
    await until(() => received[2].length === 1, "the message");
    assert.deepEqual(received, [[], [], ["hello"]]);
  },
);

each(
  "two rooms of one name are one membership, and it ends with the last of them",
  async ({ room, client, onlooker, members }) => {
    const [first, second] = [client.room(room), client.room(room)];
    const received = [collect(first), collect(second)];
    await joined(first);
    await untilMembers(members, 1);
    await onlooker.send(room, 1);
    await until(() => received.every(({ length }) => length === 1), "both received");
    await first.leave();
    await first.leave();
    await onlooker.send(room, 2);
    await until(() => received[1].length === 2, "the second received");
    await untilMembers(members, 1);
    await second.leave();
    await untilMembers(members, 0);
    assert.deepEqual(received, [[1], [1, 2]]);
  },
);

each("a room that is joined a second time, for presence, loses no message", async ({ room, client, onlooker }) => {
  for (const [name, first] of [
    ["while the first join waits for its reply", () => {}],
    ["later", joined],
  ]) {
    const each = client.room(`${room} ${name}`);
    const received = collect(each);
    await first(each);
    client.room(each.name, { presence: true });
    await joined(each);
    const sent = [await onlooker.send(each.name, 1), await onlooker.send(each.name, 2)];
    await until(() => received.includes(2), "received");
    assert.deepEqual(
      received.filter(({ code }) => code !== 501),
      [1, 2],
    );
    assert.deepEqual(each.place, { epoch: sent[1].epoch, offset: sent[1].offset });
  }
});

each("an iteration over messages ends with leave, after what has arrived", async ({ room, client, onlooker }) => {
  const rooms = [client.room(room), client.room(room)];
  const received = rooms.map(() => []);
  const iterations = rooms.map(async (each, i) => {
    for await (const { data } of each) {
      received[i].push(data);
    }
  });
  await joined(rooms[0]);
  await onlooker.send(room, 1);
  await until(() => received.every(({ length }) => length === 1), "received");
  await rooms[0].leave();
  await iterations[0];
  await onlooker.send(room, 2);
  await until(() => received[1].length === 2, "received by the other");
  client.close();
  await iterations[1];
  assert.deepEqual(received, [[1], [1, 2]]);
});

test(
  "rooms that were left are left before others are joined, also those that the client has forgotten",
  { timeout: 20_000 },
  async () => {
    const peer = await RoomPeer.start();
    const connection = connect(peer.url, quick);
    const shown = [];
    connection.on("*", (data) => shown.push(data));
    connection.on("message", (data) => shown.push(data));
    await isOpen(connection);
    const rooms = ["a", "b"].map((name) => connection.room(name));
    await Promise.all(rooms.map(joined));
    peer.before = ({ cmd, params }) => (cmd === "leave" && params.room === "a" ? "silence" : undefined);
    const leaving = rooms[0].leave();
    await until(() => peer.of("leave").length === 1, "the command");
    peer.before = ({ cmd }, socket) => {
      if (cmd === "resume") {
        // As if the session were in a room that the client does not know.
        peer.commands.push(...["unknown", "a", "b"].map((room) => ({ cmd: "join", params: { room } })));
        setImmediate(() =>
          ["a", "b"].forEach((room, i) =>
            socket.send(
              JSON.stringify({ event: "message", room, data: `missed in ${room}`, epoch: "e", offset: i + 1 }),
            ),
          ),
        );
      }
    };
    peer.commands.length = 0;
    let lost = false;
    connection.on("state", ({ name }) => {
      if (name === "waiting") {
        lost = true;
        rooms[1].leave();
        connection.room("b");
      }
    });
    peer.cut();
    await until(() => lost, "lost");
    await leaving;
    await isOpen(connection);
    await until(() => peer.of("join").length === 4, "joined again");
    await connection.request("heartbeat", {});
    assert.deepEqual(
      peer
        .of("leave")
        .map(({ params }) => params.room)
        .toSorted(),
      ["a", "b", "unknown"],
    );
    assert.equal(peer.commands.filter(({ cmd, params }) => cmd === "join" && params.room === "a").length, 1);
    const order = peer.commands.map(({ cmd, params }) => `${cmd} ${params?.room ?? ""}`);
    assert.ok(order.indexOf("leave b") < order.lastIndexOf("join b"), order.join());
    assert.deepEqual(shown, []);
    connection.close();
    peer.close();
  },
);

test(
  "a leave that is refused for a while is repeated, unless the room was joined again",
  { timeout: 20_000 },
  async () => {
    const peer = await RoomPeer.start();
    const connection = connect(peer.url, quick);
    await isOpen(connection);
    const rooms = ["a", "b", "c"].map((name) => connection.room(name));
    await Promise.all(rooms.map(joined));
    let refusals = 3;
    peer.before = ({ cmd }) => (cmd === "leave" && refusals-- > 0 ? { code: 429, error: "too many" } : undefined);
    const leaving = rooms.map((room) => room.leave());
    const again = [connection.room("b")];
    await until(() => refusals === 0, "refused");
    await connection.request("heartbeat", {});
    again.push(connection.room("c"));
    await Promise.all(again.map(joined));
    // Before the leave would be repeated.
    const received = again.map(collect);
    again.forEach(({ name }) => peer.push({ event: "message", room: name, data: name, epoch: "e", offset: 1 }));
    await Promise.all(leaving);
    assert.deepEqual(
      peer.of("leave").map(({ params }) => params.room),
      ["a", "b", "c", "a"],
    );
    assert.deepEqual(received, [["b"], ["c"]]);
    connection.close();
    peer.close();
  },
);

for (const shared of [undefined, "refused for a while"]) {
  test(
    `a room that cannot be joined for a while is an error of the connection, once${shared ? ", also of a tab that shares it" : ""}`,
    { timeout: 20_000 },
    async () => {
      Object.defineProperty(globalThis, "navigator", { value: { locks: new Locks() }, configurable: true });
      const peer = await RoomPeer.start();
      let refusals = 2;
      peer.before = ({ cmd }) =>
        cmd === "join" && refusals-- > 0 ? { code: 429, error: "at most 1000 rooms" } : undefined;
      const connection = connect(peer.url, { ...quick, shared });
      const failures = [];
      connection.on("error", ({ code, message }) => failures.push([code, message]));
      try {
        await isOpen(connection);
        await joined(connection.room("a"));
        assert.deepEqual(failures, [[429, "a: at most 1000 rooms"]]);
        refusals = 1;
        await joined(connection.room("b"));
        assert.deepEqual(failures.slice(1), [[429, "b: at most 1000 rooms"]]);
      } finally {
        connection.close();
        peer.close();
        Object.defineProperty(globalThis, "navigator", { value: undefined, configurable: true });
      }
    },
  );
}

test("a leave that waits for its reply resolves when the connection is closed", { timeout: 20_000 }, async () => {
  const peer = await RoomPeer.start();
  const connection = connect(peer.url, quick);
  await isOpen(connection);
  const room = connection.room("a");
  await joined(room);
  peer.before = ({ cmd }) => (cmd === "leave" ? "silence" : undefined);
  const leaving = room.leave();
  await until(() => peer.of("leave").length === 1, "the command");
  connection.close();
  assert.equal(await leaving, undefined);
  peer.close();
});

test(
  "presence that is asked for without a connection is asked for after the session was resumed",
  { timeout: 20_000 },
  async () => {
    const peer = await RoomPeer.start();
    const connection = connect(peer.url, quick);
    await isOpen(connection);
    await joined(connection.room("a"));
    await joined(connection.room("b"));
    let watching;
    connection.on("state", ({ name }) => {
      if (name === "waiting") {
        watching = connection.room("a", { presence: true });
      }
    });
    peer.commands.length = 2;
    peer.cut();
    await until(() => watching, "lost");
    await isOpen(connection);
    await until(() => peer.of("join").length === 3, "asked for");
    assert.deepEqual(peer.of("join").at(-1).params.room, "a");
    assert.equal(peer.of("join").at(-1).params.presence, true);
    connection.close();
    peer.close();
  },
);

test("messages of others are not taken for the state or an error of the connection", { timeout: 20_000 }, async () => {
  const peer = await RoomPeer.start();
  const connection = connect(peer.url, quick);
  const told = [];
  connection.on("error", (failure) => told.push(failure));
  await isOpen(connection);
  connection.on("state", (state) => told.push(state));
  connection.on("hello", (data) => told.push(data));
  const room = connection.room("a");
  await joined(room);
  const received = [];
  room.on("state", (data) => received.push(data));
  room.on("*", (data) => received.push(data));
  const { id } = connection.state;
  peer.push({
    event: "state",
    data: { name: "closed", code: 4401, reason: "paste your token" },
    epoch: "e",
    offset: 1,
  });
  peer.push({ event: "error", room: id, data: { code: 401 }, epoch: "e", offset: 1 });
  peer.push({ event: "state", room: "a", data: "an event of a room like any other", epoch: "e", offset: 1 });
  peer.push({ event: "*", room: "a", data: "once", epoch: "e", offset: 2 });
  peer.push({ event: "*bold*", room: "a", data: "of another name", epoch: "e", offset: 3 });
  peer.push({ event: "hello", data: "all", epoch: "e", offset: 2 });
  await until(() => told.length === 1, "the last one");
  assert.deepEqual(told, ["all"]);
  assert.deepEqual(received, [
    "an event of a room like any other",
    "an event of a room like any other",
    "once",
    "of another name",
  ]);
  assert.equal(connection.state.name, "open");
  connection.close();
  peer.close();
});

for (const code of [408, 429, 503]) {
  test(`tabs are joined although the join of their connection got ${code} once`, { timeout: 20_000 }, async () => {
    Object.defineProperty(globalThis, "navigator", { value: { locks: new Locks() }, configurable: true });
    const peer = await RoomPeer.start();
    let refusals = 1;
    peer.before = ({ cmd }) => (cmd === "join" && refusals-- > 0 ? { code, error: "later" } : undefined);
    const connection = connect(peer.url, { ...quick, shared: `joined after ${code}` });
    await isOpen(connection);
    const room = connection.room("a");
    const received = collect(room);
    await joined(room);
    peer.push({ event: "message", room: "a", data: "hello", epoch: "e", offset: 1 });
    await until(() => received.length === 1, "received");
    connection.close();
    peer.close();
    Object.defineProperty(globalThis, "navigator", { value: undefined, configurable: true });
  });
}
