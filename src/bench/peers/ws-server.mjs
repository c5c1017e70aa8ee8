// A room server as one would first write it on `ws`: a loop over the members, one send() each.
// Usage: node --expose-gc ws-server.mjs <port>
import { WebSocketServer } from "ws";

const rooms = new Map();

function join(room, socket) {
  let members = rooms.get(room);
  if (!members) {
    rooms.set(room, (members = new Set()));
  }
  members.add(socket);
  socket.on("close", () => {
    members.delete(socket);
    if (members.size === 0) {
      rooms.delete(room);
    }
  });
  return members;
}

function plain(room, socket) {
  const members = join(room, socket);
  socket.on("message", (data, binary) => {
    for (const member of members) {
      member.send(data, { binary });
    }
  });
}

function session(socket) {
  socket.on("message", (data) => {
    const { seq, params } = JSON.parse(data);
    join(params.room, socket);
    socket.send(JSON.stringify({ seq, code: 200, body: { room: params.room } }));
  });
}

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 });
server.on("connection", (socket, request) => {
  socket.on("error", () => socket.terminate());
  if (request.url === "/echo") {
    socket.on("message", (data, binary) => socket.send(data, { binary }));
  } else if (request.url === "/ws") {
    session(socket);
  } else {
    plain(request.url, socket);
  }
});

process.on("SIGUSR2", () => globalThis.gc());
