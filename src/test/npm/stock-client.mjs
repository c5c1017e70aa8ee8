// The stock client of npm, by each transport, against each of the servers that are named as arguments.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { io } from "socket.io-client";

const servers = process.argv.slice(2);
const transports = [["polling"], ["websocket"], ["polling", "websocket"]];
let names = 0;

function connect(server, namespace, options) {
  const socket = io(server + namespace, { forceNew: true, reconnectionDelay: 50, ...options });
  socket.received = [];
  socket.onAny((event, ...args) => socket.received.push([event, ...args]));
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.once("connect_error", reject);
  });
}

async function eventually(what, check) {
  for (let i = 0; i < 500; i++) {
    if (check()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail("never: " + (typeof what === "string" ? what : what()));
}

const receives = (socket, event, ...args) =>
  eventually(
    () => `${event} ${JSON.stringify(args).slice(0, 200)} in ${JSON.stringify(socket.received).slice(0, 500)}`,
    () => socket.received.some((each) => isDeepStrictEqual(each, [event, ...args])),
  );

async function values(server, options) {
  const room = "room-" + names++;
  const [a, b] = await Promise.all([connect(server, "/", options), connect(servers[0], "/", {})]);
  for (const socket of [a, b]) {
    const joined = await socket.timeout(5000).emitWithAck("join", room);
    assert.equal(joined.code, 200);
    assert.equal(joined.body.room, room);
  }
  a.emit("text", "é€😀");
  a.emit("several", 1, -2.5, null, [true, { deep: [{}] }]);
  a.emit("none");
  a.emit("buffers", Buffer.from([1, 2]), "between", { within: Buffer.from([3]) });
  for (const socket of [a, b]) {
    await receives(socket, "text", "é€😀");
    await receives(socket, "several", 1, -2.5, null, [true, { deep: [{}] }]);
    await receives(socket, "none");
    await receives(socket, "buffers", Buffer.from([1, 2]), "between", { within: Buffer.from([3]) });
  }
  for (const size of [1, 1000, 700_000]) {
    const bytes = randomBytes(size);
    a.emit("bytes", bytes);
    await receives(b, "bytes", bytes);
    b.emit("bytes back", bytes);
    await receives(a, "bytes back", bytes);
  }
  await fetch(`${server}/rooms/${room}?event=posted`, {
    method: "POST",
    body: JSON.stringify({ by: "curl" }),
    headers: { "content-type": "application/json" },
  });
  await receives(a, "posted", { by: "curl" });
  const left = await a.timeout(5000).emitWithAck("leave", room);
  assert.deepEqual(left, { code: 200, body: { room } });
  a.disconnect();
  b.disconnect();
}

async function base64(server, options) {
  const room = "base64-" + names++;
  const socket = await connect(server, "/", { ...options, forceBase64: true });
  await socket.timeout(5000).emitWithAck("join", room);
  socket.emit("bytes", Buffer.from([1, 2, 3]));
  await receives(socket, "bytes", Buffer.from([1, 2, 3]));
  socket.disconnect();
}

async function order(server, options) {
  const room = "order-" + names++;
  const socket = await connect(server, "/", options);
  await socket.emitWithAck("join", room);
  for (let i = 0; i < 500; i++) socket.emit("count", i);
  await eventually("all of them", () => socket.received.length === 500);
  assert.deepEqual(
    socket.received.map(([, i]) => i),
    [...Array(500).keys()],
  );
  socket.disconnect();
}

async function namespaces(server, options) {
  const one = await connect(server, "/one", { ...options, forceNew: false, multiplex: true });
  const two = one.io.socket("/two");
  two.received = [];
  two.onAny((...event) => two.received.push(event));
  await eventually("connected", () => two.connected);
  await one.emitWithAck("word", 1);
  await two.emitWithAck("word", 2);
  await receives(one, "word", 1);
  await receives(two, "word", 2);
  assert.equal(one.received.length + two.received.length, 2);
  two.disconnect();
  assert.equal((await one.emitWithAck("word", 3)).code, 200);
  one.io._close();
}

async function refusals(server, options) {
  const socket = await connect(server, "/", options);
  assert.deepEqual(await socket.emitWithAck("join"), { code: 400, error: "room: expected a string" });
  await assert.rejects(
    socket
      .timeout(100)
      .emitWithAck("@server", 1)
      .then((answer) => {
        if (answer.code === 400) throw new Error("400");
      }),
    /400/,
  );
  socket.disconnect();
  const refused = io(server + "/no name", { forceNew: true, ...options });
  const error = await new Promise((resolve) => refused.once("connect_error", resolve));
  assert.equal(error.message, "Invalid namespace");
  refused.disconnect();
}

/** The examples as they are printed, each as a function of `io` that returns its socket. */
function examples() {
  const read = (file) => readFileSync(`../../${file}`, "utf8");
  const [, snippet] = /key: "waySocketIo".*?code: `(.*?)`/s.exec(
    read("src/main/resources/META-INF/resources/pages/snippets.js"),
  );
  return [
    ...["README.md", "docs/protocol.md"].map((file) => /```js\n(import \{ io \}.*?)```/s.exec(read(file))[1]),
    snippet.replace("${io}", '""').replaceAll("${name}", '"lobby"'),
  ].map(
    (code) => new Function("io", "console", `return (async () => {${code.replace(/^import.*/, "")}\nreturn socket})()`),
  );
}

async function printed(server, options) {
  const [member, bystander] = await Promise.all([connect(server, "/", options), connect(servers[0], "/", {})]);
  await member.emitWithAck("join", "lobby");
  for (const example of examples()) {
    const sent = [];
    const log = [];
    const make = () => {
      const socket = io(server, { forceNew: true, reconnectionDelay: 50, ...options });
      const { emit } = socket;
      socket.emit = (...event) => {
        event[0] === "join" || sent.push(event);
        return emit.apply(socket, event);
      };
      return socket;
    };
    member.received = [];
    const socket = await example(make, { log: (line) => typeof line === "string" && log.push(line) });
    await eventually("the first message", () => log.length === 1);
    socket.io.engine.close();
    await eventually("offline", () => !socket.connected);
    socket.emit(...sent[0]);
    await eventually("the message that was sent while offline", () => member.received.length === 2);
    await eventually("joined again", () => socket.connected);
    socket.emit(...sent[0]);
    await eventually("the message after the reconnect", () => member.received.length === 3 && log.length > 1);
    assert.deepEqual(member.received, Array(3).fill(["message", log[0]]));
    assert.deepEqual(bystander.received, []);
    socket.disconnect();
  }
  member.disconnect();
  bystander.disconnect();
}

for (const server of servers) {
  for (const each of transports) {
    for (const test of [values, base64, order, namespaces, refusals, printed]) {
      await test(server, { transports: each });
      console.log("passed", test.name, each.join(), server);
    }
  }
}
process.exit(0);
