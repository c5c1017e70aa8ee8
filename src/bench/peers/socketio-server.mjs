// Rooms on Socket.IO, WebSocket transport only; with a Redis port, several replicas share them.
// Usage: node --expose-gc socketio-server.mjs <port> [<redis port>]
import { createServer } from "node:http";
import { Server } from "socket.io";

const [port, redisPort] = process.argv.slice(2).map(Number);
const options = { transports: ["websocket"] };

if (redisPort) {
  const { createAdapter } = await import("@socket.io/redis-adapter");
  const { createClient } = await import("redis");
  const publisher = createClient({ url: `redis://127.0.0.1:${redisPort}` });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  options.adapter = createAdapter(publisher, subscriber);
}

const http = createServer();
const io = new Server(http, options);
io.on("connection", (socket) => {
  let joined;
  socket.on("join", (room, ack) => {
    joined = room;
    socket.join(room);
    ack({ code: 200 });
  });
  socket.on("message", (data) => io.to(joined).emit("message", data));
  socket.on("echo", (data) => socket.emit("echo", data));
});
http.listen({ host: "127.0.0.1", port, backlog: 4096 });

process.on("SIGUSR2", () => globalThis.gc());
