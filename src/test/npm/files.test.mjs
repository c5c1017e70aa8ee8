// Files, against a peer that loses, refuses and hangs up.
// node --experimental-websocket files.test.mjs <atrium.js>
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { isOpen, quick, replaceGlobal, until } from "./harness.mjs";
import { Peer, refuse } from "./peer.mjs";

const { connect } = await import(pathToFileURL(process.argv[2]));

const bytes = randomBytes(60_500);
const file = () => new File([bytes], "photo.bin", { type: "image/x" });
const sha256 = createHash("sha256").update(bytes).digest("hex");
const CHUNKS = 61;

/** A test with a peer and a connection of its own. */
function scene(name, work, options = {}) {
  test(name, async () => {
    const peer = await Peer.start();
    const connection = connect(peer.url, { ...quick, ...options });
    try {
      await isOpen(connection);
      await work({ peer, connection, room: connection.room("lobby") });
    } finally {
      connection.close();
      peer.close();
    }
  });
}

/** Does something once, at the nth of these commands. */
function at(nth, cmd, act) {
  let count = 0;
  return (...received) => (received[0] === cmd && ++count === nth ? act(...received) : undefined);
}

scene("a file is uploaded in chunks and downloaded again", async ({ peer, room }) => {
  const progress = [];
  const sent = await room.upload(file(), { onProgress: (each) => progress.push(each) });
  assert.deepEqual(
    { ...sent, at: 0 },
    {
      id: "f1",
      name: "photo.bin",
      size: bytes.length,
      type: "image/x",
      sha256,
      url: "/rooms/lobby/files/f1",
      epoch: "e",
      offset: 1,
      at: 0,
    },
  );
  assert.equal(peer.writes.length, CHUNKS);
  assert.deepEqual([...new Set(progress.map(({ phase }) => phase))], ["hashing", "sending", "verifying"]);
  const done = progress.filter(({ phase }) => phase === "sending").map((each) => each.done);
  assert.deepEqual(
    done,
    done.toSorted((a, b) => a - b),
  );
  assert.equal(done.at(-1), bytes.length);
  const received = [];
  const blob = await room.download("f1", { onProgress: (each) => received.push(each) });
  assert.deepEqual(Buffer.from(await blob.arrayBuffer()), bytes);
  assert.equal(blob.type, "image/x");
  assert.deepEqual([...new Set(received.map(({ phase }) => phase))], ["receiving", "verifying"]);
  assert.equal(received.findLast(({ phase }) => phase === "receiving").done, bytes.length);
});

scene("an upload whose signal is aborted already makes no worker that reads the file", async ({ room }) => {
  let workers = 0;
  replaceGlobal(
    "Worker",
    class {
      constructor() {
        workers++;
      }
      postMessage() {}
      terminate() {}
    },
  );
  const reason = new Error("changed my mind");
  await assert.rejects(room.upload(file(), { signal: AbortSignal.abort(reason) }), reason);
  assert.equal(workers, 0);
});

scene("an empty file without a name or a type is uploaded", async ({ peer, room }) => {
  const sent = await room.upload(new Blob([]));
  assert.equal(sent.name, "file");
  assert.equal(sent.sha256, createHash("sha256").digest("hex"));
  assert.equal(peer.writes.length, 0);
  assert.equal((await room.download(sent.id)).size, 0);
  assert.equal((await room.upload(new Blob([]), { name: "b.txt", type: "text/plain" })).name, "b.txt");
});

for (const nth of [1, 30, CHUNKS]) {
  scene(`an upload that is cut at chunk ${nth} continues, and sends few chunks twice`, async ({ peer, room }) => {
    peer.before = at(nth, "file.write", () => (peer.cut(), "silence"));
    assert.equal((await room.upload(file())).sha256, sha256);
    assert.ok(peer.writes.length < CHUNKS + 16, `${peer.writes.length} writes`);
  });
}

scene("a download that is cut continues", async ({ peer, room }) => {
  await room.upload(file());
  peer.before = at(30, "file.read", () => (peer.cut(), "silence"));
  const blob = await room.download("f1");
  assert.deepEqual(Buffer.from(await blob.arrayBuffer()), bytes);
  assert.ok(peer.commands.filter((cmd) => cmd === "file.read").length < CHUNKS + 16);
});

scene(
  "over a slow network each chunk of a download is requested once",
  async ({ peer, room }) => {
    const { id } = await room.upload(file());
    let line = Promise.resolve();
    peer.before = (cmd, params, socket) => {
      const { send } = Object.getPrototypeOf(socket);
      socket.send = (frame) => {
        line = line.then(async () => {
          typeof frame === "string" || (await new Promise((resolve) => setTimeout(resolve, 100)));
          send.call(socket, frame);
        });
      };
    };
    peer.commands.length = 0;
    assert.equal((await room.download(id)).size, bytes.length);
    assert.equal(peer.commands.filter((cmd) => cmd === "file.read").length, CHUNKS);
  },
  { timeout: 100 },
);

scene("missing chunks are all sent, also if one reply does not list them all", async ({ peer, room }) => {
  peer.before = at(1, "file.close", () => [3, 7, 11, 15, 19].forEach((index) => peer.drop(index)));
  assert.equal((await room.upload(file())).sha256, sha256);
  assert.equal(peer.writes.length, CHUNKS + 5);
});

scene("a lost reply to close is requested again", async ({ peer, room }) => {
  peer.before = at(1, "file.close", () => (peer.cut(), "silence"));
  assert.equal((await room.upload(file())).id, "f1");
  assert.equal(peer.writes.length, CHUNKS);
});

scene(
  "a missing reply is requested again on the same connection",
  async ({ peer, room }) => {
    peer.before = at(5, "file.write", () => "silence");
    assert.equal((await room.upload(file())).id, "f1");
  },
  { timeout: 300 },
);

scene(
  "an upload that is corrupted once is sent once more, and one that is corrupted twice fails",
  async ({ peer, room }) => {
    peer.before = at(1, "file.close", () => peer.spoil(3));
    assert.equal((await room.upload(file())).sha256, sha256);
    assert.equal(peer.writes.length, 2 * CHUNKS);
    peer.sweep();
    peer.before = (cmd) => cmd === "file.close" && peer.spoil(3);
    await assert.rejects(room.upload(file()), { name: "AtriumError", code: 422 });
  },
);

for (const code of [429, 503]) {
  scene(`an upload that is rejected with ${code} is delayed, and continues`, async ({ peer, room }) => {
    peer.before = at(10, "file.write", () => refuse(code));
    assert.equal((await room.upload(file())).sha256, sha256);
    assert.ok(peer.writes.length < CHUNKS + 16);
  });
}

scene("an upload that the server deletes meanwhile begins anew", async ({ peer, room }) => {
  peer.before = at(30, "file.write", () => peer.sweep());
  assert.equal((await room.upload(file())).sha256, sha256);
  assert.equal(peer.commands.filter((cmd) => cmd === "file.open").length, 2);
});

scene("the same file in another tab continues where the first upload stopped", async ({ peer, connection, room }) => {
  const abort = new AbortController();
  const first = room.upload(file(), {
    signal: abort.signal,
    onProgress: ({ done, phase }) => phase === "sending" && done > 30_000 && abort.abort("gone"),
  });
  await assert.rejects(first, (reason) => reason === "gone");
  const before = peer.writes.length;
  assert.equal((await connection.room("lobby").upload(file())).sha256, sha256);
  assert.ok(peer.writes.length <= CHUNKS + 8 && before > 20, `${before} and ${peer.writes.length} writes`);
});

scene("an abort stops an upload at once and for good", async ({ peer, room }) => {
  const reason = new Error("enough");
  const abort = new AbortController();
  peer.before = at(10, "file.write", () => (abort.abort(reason), "silence"));
  await assert.rejects(room.upload(file(), { signal: abort.signal }), reason);
  const { length } = peer.writes;
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(peer.writes.length <= length + 8);
  assert.ok(!peer.commands.includes("file.close"));
  await assert.rejects(room.upload(file(), { signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(room.download("f1", { signal: AbortSignal.abort(reason) }), reason);
});

scene("a signal needs no more than its type says", async ({ room }) => {
  const signal = { aborted: false, addEventListener: () => {} };
  const { id } = await room.upload(file(), { signal });
  assert.equal((await room.download(id, { signal })).size, bytes.length);
});

for (const code of [403, 404, 413, 507]) {
  scene(`an upload that is rejected with ${code} fails with that error`, async ({ peer, room }) => {
    peer.before = (cmd) => cmd === "file.open" && refuse(code, "size: too much");
    await assert.rejects(room.upload(file()), { name: "AtriumError", code, message: "size: too much" });
  });
}

scene("a corrupted download fails", async ({ peer, room }) => {
  await room.upload(file());
  peer.spoil(2);
  await assert.rejects(room.download("f1"), { name: "AtriumError", code: 422 });
  await assert.rejects(room.download("f9"), { code: 404 });
});

scene("a closed connection ends its uploads", async ({ connection, peer, room }) => {
  peer.before = at(10, "file.write", () => (connection.close(), "silence"));
  await assert.rejects(room.upload(file()), { name: "AtriumError" });
});

scene("hashing leaves the event loop free", async ({ peer, room }) => {
  peer.before = (cmd) => cmd === "file.open" && refuse(413);
  // Turns, and not milliseconds: a machine that is busy has as many of them, or more.
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  let steps = 0;
  await assert.rejects(room.upload(new Blob([Buffer.alloc(32 << 20)]), { onProgress: () => steps++ }), { code: 413 });
  clearInterval(ticking);
  assert.equal(steps, 256);
  assert.ok(turns > 10, `${turns} turns`);
});

scene("a file that could run in a page is downloaded as bytes", async ({ room }) => {
  for (const [type, downloaded] of [
    ["text/html", "application/octet-stream"],
    ["image/svg+xml", "application/octet-stream"],
    ["image/png", "image/png"],
  ]) {
    const { id } = await room.upload(new Blob(["<script>alert(1)</script>"], { type }));
    assert.equal((await room.download(id)).type, downloaded);
  }
});

scene("a file that cannot be read any more is not requested again and again", async ({ peer, room }) => {
  const gone = file();
  let reads = 0;
  gone.slice = (...range) => ({
    arrayBuffer: async () => {
      if (++reads > 3) {
        throw new DOMException("it has changed", "NotReadableError");
      }
      return File.prototype.slice.apply(gone, range).arrayBuffer();
    },
  });
  await assert.rejects(room.upload(gone), { name: "NotReadableError" });
  assert.ok(peer.commands.filter((cmd) => cmd === "file.status" || cmd === "file.open").length <= 1);
});

test("a worker that cannot read a file fails with an error, for which the page waits", async () => {
  const told = [];
  const before = { ...globalThis };
  const worker = {
    importScripts: () => {},
    name: "atrium:sha-256",
    postMessage: (data) => told.push(data),
    reportError: ({ name }) => told.push(name),
  };
  Object.assign(globalThis, worker);
  try {
    await import(`${pathToFileURL(process.argv[2])}?hasher`);
    globalThis.onmessage({ data: new Blob(["abc"]) });
    await until(() => told.length === 2, "hashed");
    assert.deepEqual(told, [3, createHash("sha256").update("abc").digest("hex")]);
    const gone = {
      size: 3,
      slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException("gone", "NotReadableError")) }),
    };
    globalThis.onmessage({ data: gone });
    await until(() => told.length === 3, "failed");
    assert.equal(told[2], "NotReadableError");
  } finally {
    for (const name of [...Object.keys(worker), "onmessage"]) {
      name in before ? (globalThis[name] = before[name]) : delete globalThis[name];
    }
  }
});

for (const [nth, cmd] of [
  [5, "file.write"],
  [1, "file.open"],
]) {
  scene(`an upload that is aborted during ${cmd} frees its slot at the server`, async ({ peer, room }) => {
    const giveUp = new AbortController();
    peer.before = at(nth, cmd, () => giveUp.abort(new Error("enough")));
    await assert.rejects(room.upload(file(), { signal: giveUp.signal }), { message: "enough" });
    await until(() => peer.commands.includes("file.abort"), "file.abort");
  });
}

test("a token that arrives late does not affect the next connection", async () => {
  const peer = await Peer.start();
  let late;
  let asked = 0;
  const token = () => (++asked === 1 ? new Promise((resolve) => (late = resolve)) : "a token");
  const connection = connect(peer.url, { ...quick, token, timeout: 300 });
  try {
    await until(() => asked === 1, "asked for a token");
    peer.cut();
    await isOpen(connection);
    const states = [];
    connection.on("state", ({ name }) => states.push(name));
    late("a token");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.deepEqual(states, []);
    assert.equal(peer.commands.filter((cmd) => cmd === "auth").length, 1);
  } finally {
    connection.close();
    peer.close();
  }
});
