// Messages of a backend of Node through Redis: node emitter.mjs <redis url> <ids of two clients>
import { Emitter } from "@socket.io/redis-emitter";
import notepack from "notepack.io";
import { createClient } from "redis";

const [url, ...ids] = process.argv.slice(2);
const redis = createClient({ url });
await redis.connect();
const emitter = new Emitter(redis);
const settle = (millis = 250) => new Promise((resolve) => setTimeout(resolve, millis));
/** For longer than a replica takes to change a membership over Redis. */
const changed = () => settle(1_000);

emitter.emit("all", 1, { two: [3] }, Buffer.from([4]), undefined);
const at = new Date("2026-11-30T02:03:04.567Z");
emitter.emit("date", at, { at, nothing: undefined });
emitter.to("red").emit("room", "red");
emitter.to("red").to("blue").emit("union", "once");
emitter.except("red").emit("except", "not red");
emitter.of("/other").emit("other", "namespace");
emitter.to(ids).emit("direct", "to one");
await settle();
// What emitters in other languages publish: one message on the channel of each room, and another type for bytes.
const foreign = { type: 5, data: ["foreign", Buffer.from([5])], nsp: "/" };
for (const room of ["red", "blue"]) {
  await redis.publish(
    `socket.io#/#${room}#`,
    notepack.encode(["emitter", foreign, { rooms: ["red", "blue"], flags: [] }]),
  );
}
// What io.to("red").timeout(1000).emit("asked", 1, callback) of a server with the Redis adapter publishes.
await redis.publish(
  "socket.io-request#/#",
  notepack.encode({
    uid: "server",
    requestId: "request",
    type: 7,
    packet: { type: 2, data: ["asked", 1], nsp: "/" },
    opts: { rooms: ["red"], except: [], flags: { timeout: 1000, expectSingleResponse: false } },
  }),
);
// A client of a server with socket.io-redis 6, which is not among those here.
await redis.publish("socket.io-request#/#", JSON.stringify({ requestId: "other", type: 4, sid: "x", close: true }));
await settle();
emitter.in("red").socketsJoin("green");
await changed();
emitter.to("green").emit("joined", "green");
await settle();
emitter.in(ids).socketsLeave("green");
await changed();
emitter.to("green").emit("left", "green");
await settle();
emitter.in(ids).disconnectSockets();
await settle();
emitter.of("/other").disconnectSockets(true);
await settle();
emitter.emit("end");
await redis.quit();
