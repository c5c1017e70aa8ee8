// Sessions over several connections, with a server that misbehaves.
// node --experimental-websocket session.test.mjs <atrium.js>
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { isOpen, quick, until } from "./harness.mjs";
import { RoomPeer } from "./room-peer.mjs";

const { connect } = await import(pathToFileURL(process.argv[2]));

/** A test with a server and a connection of its own. */
function scene(name, work, setting = {}, options = {}) {
  test(name, { timeout: 20_000 }, async () => {
    const peer = await RoomPeer.start(setting);
    const connection = connect(peer.url, { ...quick, ...options });
    const reconnected = async (number = peer.connections + 1) => {
      await until(() => peer.connections >= number, `connection ${number}`);
      await isOpen(connection);
    };
    try {
      await isOpen(connection);
      await work({ peer, connection, reconnected });
    } finally {
      connection.close();
      peer.close();
    }
  });
}

const joined = (room) => until(() => room.place !== undefined, "joined");
const message = (room, offset, data = offset) => ({ event: "message", room, data, epoch: "e", offset });

/** Answers a command with a reply, or its usual one, and further frames, in one piece. */
function inOnePiece(peer, name, reply, ...frames) {
  peer.before = ({ cmd }, socket) => {
    if (cmd === name) {
      peer.before = () => undefined;
      socket._socket.cork();
      queueMicrotask(() => {
        frames.forEach((frame) => socket.send(JSON.stringify(frame)));
        process.nextTick(() => socket._socket.uncork());
      });
      return reply;
    }
  };
}

scene(
  "the positions of a session that has received nothing are those of its welcome",
  async ({ peer, connection, reconnected }) => {
    assert.equal(connection.state.id, "~session1");
    peer.cut();
    await reconnected(2);
    assert.deepEqual(peer.of("resume")[0].params, { token: "resume ~session1", places: peer.welcome.places });
    // Positions of a session that was resumed are its own, and not those of the connection's.
    peer.push(message("~session1", 4));
    peer.push(message(undefined, 8));
    await connection.request("heartbeat", {});
    peer.welcome = { places: { "~session3": { epoch: "e", offset: 0 }, "": { epoch: "e", offset: 9 } } };
    peer.cut();
    await reconnected(3);
    assert.deepEqual(peer.of("resume")[1].params, {
      token: "resume ~session1",
      places: { "~session1": { epoch: "e", offset: 4 }, "": { epoch: "e", offset: 8 } },
    });
    // A session that cannot be resumed has the positions of the next one.
    peer.before = ({ cmd }) => (cmd === "resume" ? { code: 410, error: "token: unknown" } : undefined);
    peer.welcome = { places: { "~session4": { epoch: "e", offset: 1 }, "": { epoch: "e", offset: 10 } } };
    peer.cut();
    await reconnected(4);
    assert.equal(connection.state.id, "~session4");
    peer.cut();
    await reconnected(5);
    assert.deepEqual(peer.of("resume")[3].params, {
      token: "resume ~session4",
      places: { "~session4": { epoch: "e", offset: 1 }, "": { epoch: "e", offset: 10 } },
    });
  },
  { welcome: { places: { "~session1": { epoch: "e", offset: 3 }, "": { epoch: "e", offset: 7 } } } },
);

for (const [what, reply] of [
  ["is cut off", "cut"],
  ["gets no reply", "silence"],
  ["gets 503", { code: 503, error: "the backplane is out of reach" }],
  ["gets 429", { code: 429, error: "too many commands" }],
]) {
  scene(
    `a session whose resume ${what} is resumed by the next connection, with the same token`,
    async ({ peer, connection, reconnected }) => {
      const errors = [];
      connection.on("error", (failure) => errors.push(failure));
      const room = connection.room("a");
      await joined(room);
      let attempts = 0;
      peer.before = ({ cmd }) => {
        if (cmd === "resume" && ++attempts <= 2) {
          reply === "cut" && peer.cut();
          return reply === "cut" ? "silence" : reply;
        }
      };
      peer.cut();
      await until(() => attempts === 3, "the third attempt");
      await reconnected(4);
      assert.deepEqual(
        peer.of("resume").map(({ params }) => params.token),
        Array(3).fill("resume ~session1"),
      );
      assert.equal(connection.state.id, "~session1");
      assert.equal(peer.of("join").length, 1);
      assert.deepEqual(errors, []);
    },
    {},
    { timeout: 300 },
  );
}

scene(
  "messages in one piece with the reply to resume are delivered, and once",
  async ({ peer, connection, reconnected }) => {
    const received = [];
    connection.on("message", (data) => received.push(data));
    const room = connection.room("a");
    room.on("message", (data) => received.push(data));
    await joined(room);
    inOnePiece(peer, "resume", undefined, message("~session1", 1, "for me"), message("a", 1, "for all"));
    peer.cut();
    await reconnected();
    await until(() => received.length === 2, "both");
    peer.cut();
    await reconnected();
    assert.deepEqual(peer.of("resume")[1].params.places, {
      "~session1": { epoch: "e", offset: 1 },
      a: { epoch: "e", offset: 1 },
    });
    assert.deepEqual(received, ["for me", "for all"]);
  },
);

scene(
  "a message to the namespace before the reply to resume does not hide those before it",
  async ({ peer, connection, reconnected }) => {
    const received = new Set();
    connection.on("message", (data) => received.add(data));
    peer.before = ({ cmd }, socket) => {
      if (cmd === "resume") {
        peer.before = () => undefined;
        // To the session that began with this connection.
        socket.send(JSON.stringify(message(undefined, 8)));
        setTimeout(() => [6, 7, 8].forEach((offset) => peer.push(message(undefined, offset))), 50);
        const rooms = [{ epoch: "e", offset: 5, recovered: true }];
        return { body: { id: "~session1", resume: "resume ~session1", rooms } };
      }
    };
    peer.cut();
    await reconnected();
    await until(() => received.size === 3, "all");
    assert.deepEqual([...received].sort(), [6, 7, 8]);
  },
  { welcome: { places: { "~session1": { epoch: "e", offset: 0 }, "": { epoch: "e", offset: 5 } } } },
);

scene("a room has any name that a string can be", async ({ peer, connection, reconnected }) => {
  await joined(connection.room("__proto__"));
  peer.cut();
  await reconnected(2);
  assert.deepEqual(Object.entries(peer.of("resume")[0].params.places), [["__proto__", { epoch: "e", offset: 0 }]]);
});

scene(
  "after a session that cannot be resumed the rooms are joined many at a time, also those that are added meanwhile",
  async ({ peer, connection, reconnected }) => {
    const rooms = Array.from({ length: 12 }, (_, i) => connection.room(`r${i}`));
    await Promise.all(rooms.map(joined));
    const replies = [];
    const answer = () => replies.splice(0).forEach((reply) => reply());
    peer.before = ({ seq, cmd, params: { room } }, socket) => {
      if (cmd === "join") {
        replies.push(() => socket.send(JSON.stringify({ seq, code: 200, body: { room, epoch: "e", offset: 0 } })));
        return "silence";
      }
      return cmd === "resume" ? { code: 410, error: "expired" } : undefined;
    };
    peer.cut();
    await until(() => replies.length === 8, `8 at a time, and not ${replies.length}`);
    answer();
    await until(() => replies.length === 4, "the others");
    const late = connection.room("late");
    answer();
    await until(() => replies.length === 1, "the last one");
    assert.equal(connection.state.name, "connecting");
    answer();
    await joined(late);
    await reconnected(2);
    assert.equal(peer.of("join").length, 25);
  },
);

scene("a message in one piece with the reply to join counts", async ({ peer, connection }) => {
  const received = [];
  const reply = { body: { room: "a", epoch: "e", offset: 0, recovered: false } };
  inOnePiece(peer, "join", reply, message("a", 1));
  const room = connection.room("a");
  room.on("*", (data) => received.push(data));
  await until(() => received.length === 1, "received");
  await connection.request("heartbeat", {});
  assert.deepEqual(room.place, { epoch: "e", offset: 1 });
});

scene(
  "a server that falls silent is noticed, also when the clock is set back",
  async ({ peer, connection }) => {
    const { now } = Date;
    await connection.request("heartbeat", {});
    try {
      Date.now = () => now() - 3_600_000;
      peer.silent = true;
      await until(() => connection.state.name !== "open", "noticed");
    } finally {
      Date.now = now;
    }
  },
  { welcome: { heartbeat: { interval: 100, timeout: 100 } } },
);

scene("a listener that listens anew is called once for each message", async ({ peer, connection }) => {
  const room = connection.room("a");
  await joined(room);
  const [received, late] = [[], []];
  const again = () => {
    const end = room.on("message", (data) => {
      received.push(data);
      end();
      received.length < 10 && again();
    });
  };
  again();
  const ends = [
    room.on("message", () => ends[1]()),
    room.on("message", () => assert.fail("was removed before")),
    room.on("message", () => connection.room("a").on("message", (data) => late.push(data))),
  ];
  for (const offset of [1, 2]) {
    peer.push(message("a", offset));
    await connection.request("heartbeat", {});
  }
  assert.deepEqual(received, [1, 2]);
  assert.deepEqual(late, [2]);
});

scene("a room can be left after the connection was closed", async ({ connection }) => {
  const room = connection.room("a");
  await joined(room);
  connection.close();
  let left = false;
  void room.leave().then(() => (left = true));
  await until(() => left, "left");
});

scene("what a closed connection cannot do any more fails with code 0", async ({ peer, connection }) => {
  const room = connection.room("a");
  await joined(room);
  peer.before = () => "silence";
  const waiting = [room.send("unanswered"), room.history()];
  await until(() => peer.of("history").length === 1, "the commands");
  connection.close();
  for (const failure of [...waiting, room.send("late"), room.history()]) {
    await assert.rejects(failure, { name: "AtriumError", code: 0, message: connection.state.reason });
  }
});

for (const [what, leave] of [
  [
    "without a connection",
    async (peer, connection) => {
      // It was joined for the first time on the connection that is lost: the server does not know of it.
      peer.before = ({ cmd }) => (cmd === "join" ? "silence" : undefined);
      const room = connection.room("a");
      await until(() => peer.of("join").length === 1, "the command");
      peer.commands.length = 0;
      peer.before = () => undefined;
      connection.on("state", ({ name }) => name === "waiting" && room.leave());
      peer.cut();
    },
  ],
  [
    "with a reply that was lost",
    async (peer, connection) => {
      const room = connection.room("a");
      await joined(room);
      peer.before = ({ cmd }) => {
        if (cmd === "leave") {
          peer.commands.length = 0;
          peer.before = () => undefined;
          peer.cut();
          return "silence";
        }
      };
      await room.leave();
    },
  ],
]) {
  scene(`a room that was left ${what} can be joined again`, async ({ peer, connection, reconnected }) => {
    await leave(peer, connection);
    await reconnected(2);
    const received = [];
    const room = connection.room("a");
    room.on("*", (data) => received.push(data));
    await joined(room);
    assert.equal(peer.of("resume").length, 1);
    assert.equal(peer.of("leave").length, 0);
    peer.push(message("a", 1));
    await connection.request("heartbeat", {});
    assert.deepEqual(received, [1]);
  });
}

for (const [what, listen] of [
  ["of an error", (connection) => connection.on("error", () => connection.close())],
  ...["waiting", "connecting"].map((state) => [
    `of the state ${state}`,
    (connection) => connection.on("state", ({ name }) => name === state && connection.close()),
  ]),
]) {
  scene(
    `a listener ${what} can close the connection for good`,
    async ({ peer, connection }) => {
      listen(connection);
      const states = [];
      connection.on("state", ({ name }) => states.push(name));
      const { connections } = peer;
      peer.closeAll(4401, "the token has expired");
      await until(() => states.includes("closed"), "closed");
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal(connection.state.name, "closed");
      assert.equal(connection.state.code, 1000);
      assert.equal(states.includes("open"), false);
      assert.ok(peer.connections <= connections + 1);
      assert.equal(peer.of("auth").length, 1);
    },
    {},
    { token: () => "good" },
  );
}
