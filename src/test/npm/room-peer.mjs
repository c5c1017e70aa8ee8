// A server of rooms that implements the session protocol in memory and can be made to misbehave.
import { WebSocketServer } from "ws";

export class RoomPeer {
  #server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  #sockets = new Set();
  #sessions = 0;
  /** Offsets by idempotency key. */
  #published = new Map();
  /** Received commands: seq, cmd, params, bytes, and the size of the frame. */
  commands = [];
  /** Data of the accepted messages, in order. */
  accepted = [];
  /** Parts of `@welcome` in place of the usual ones. */
  welcome = {};
  /** Called before a command: returns a reply, "silence" for none, or {close} to close the connection with that code. */
  before = () => undefined;
  /** Whether a ping gets no answer. */
  silent = false;

  static async start(setting = {}) {
    const peer = Object.assign(new RoomPeer(), setting);
    await new Promise((resolve) => peer.#server.on("listening", resolve));
    peer.#server.on("connection", (socket) => peer.#serve(socket));
    return peer;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/`;
  }

  /** Number of connections so far. */
  get connections() {
    return this.#sessions;
  }

  /** Received commands of that name. */
  of(cmd) {
    return this.commands.filter((each) => each.cmd === cmd);
  }

  push(frame) {
    this.#sockets.forEach((socket) => socket.send(JSON.stringify(frame)));
  }

  cut() {
    this.#sockets.forEach((socket) => socket.terminate());
  }

  closeAll(code, reason) {
    this.#sockets.forEach((socket) => socket.close(code, reason));
  }

  close() {
    this.cut();
    this.#server.close();
  }

  #serve(socket) {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    const say = (frame) => socket.send(JSON.stringify(frame));
    const id = `~session${++this.#sessions}`;
    say({
      event: "@welcome",
      data: {
        id,
        heartbeat: { interval: 25_000, timeout: 20_000 },
        maxPayload: 1 << 20,
        resume: `resume ${id}`,
        places: {},
        ...this.welcome,
      },
    });
    let closing = false;
    socket.on("message", (frame, isBinary) => {
      if (closing) {
        return;
      }
      if (String(frame) === "ping") {
        this.silent || socket.send("pong");
        return;
      }
      const end = isBinary ? frame.indexOf(10) : frame.length;
      const { seq, cmd, params } = JSON.parse(frame.subarray(0, end));
      const command = { seq, cmd, params, bytes: isBinary ? frame.subarray(end + 1) : undefined, size: frame.length };
      this.commands.push(command);
      const reply = this.before(command, socket) ?? this.#run(cmd, params);
      if (reply.close) {
        closing = true;
        socket.close(reply.close, reply.reason);
      } else if (reply !== "silence") {
        say({ seq, code: 200, ...reply });
      }
    });
  }

  #run(cmd, params) {
    if (cmd === "send") {
      if (!this.#published.has(params.idempotency)) {
        this.#published.set(params.idempotency, this.accepted.push(params.data));
      }
      return { body: { epoch: "e", offset: this.#published.get(params.idempotency), at: 1 } };
    }
    if (cmd === "resume") {
      const rooms = [...new Set(this.of("join").map((each) => each.params.room))];
      return {
        body: {
          id: params.token.slice(7),
          resume: params.token,
          rooms: rooms.map((room) => ({ room, epoch: "e", offset: 0, recovered: true })),
        },
      };
    }
    return { body: { room: params?.room, epoch: "e", offset: 0, recovered: true } };
  }
}
