// A server of files that implements the session protocol and can be made to misbehave.
import { createHash } from "node:crypto";
import { WebSocketServer } from "ws";

const CHUNK = 1000;

class Refusal extends Error {
  constructor(code, message, body) {
    super(message);
    Object.assign(this, { code, body });
  }
}

export class Peer {
  #server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  #sockets = new Set();
  #files = new Map();
  /** Names of the received commands. */
  commands = [];
  /** Writes by index. */
  writes = [];
  /** Called before a command: throws a refusal, or returns "silence" so that it takes effect and nothing is answered. */
  before = () => undefined;

  static async start() {
    const peer = new Peer();
    await new Promise((resolve) => peer.#server.on("listening", resolve));
    peer.#server.on("connection", (socket) => peer.#serve(socket));
    return peer;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/`;
  }

  cut() {
    this.#sockets.forEach((socket) => socket.terminate());
  }

  close() {
    this.cut();
    this.#server.close();
  }

  /** All is forgotten, as after a sweep. */
  sweep() {
    this.#files.clear();
  }

  /** A stored chunk is lost. */
  drop(index) {
    this.#files.forEach((file) => delete file.chunks[index]);
  }

  /** A stored chunk is another one. */
  spoil(index) {
    this.#files.forEach((file) => file.chunks[index].fill(1));
  }

  #serve(socket) {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    const say = (frame) => socket.send(JSON.stringify(frame));
    say({
      event: "@welcome",
      data: { id: "~peer", heartbeat: { interval: 25_000, timeout: 20_000 }, resume: null, places: {} },
    });
    socket.on("message", (frame, isBinary) => {
      const end = isBinary ? frame.indexOf(10) : frame.length;
      const { seq, cmd, params } = JSON.parse(frame.subarray(0, end));
      this.commands.push(cmd);
      try {
        const silence = this.before(cmd, params, socket) === "silence";
        const { data, ...body } = this.#run(cmd, params, frame.subarray(end + 1));
        if (silence) {
          return;
        }
        data
          ? socket.send(Buffer.concat([Buffer.from(`${JSON.stringify({ seq, code: 200, body })}\n`), data]))
          : say({ seq, code: 200, body });
      } catch (failure) {
        say({ seq, code: failure.code ?? 500, error: failure.message, body: failure.body });
      }
    });
  }

  #run(cmd, params, bytes) {
    switch (cmd) {
      case "file.open": {
        const key = JSON.stringify(params);
        const known = [...this.#files.values()].find((file) => file.key === key);
        const file = known ?? {
          key,
          id: `f${this.#files.size + 1}`,
          ...params,
          chunks: [],
          count: Math.ceil(params.size / CHUNK),
        };
        this.#files.set(file.id, file);
        return { file: file.id, chunk: CHUNK, missing: missing(file) };
      }
      case "file.status": {
        const file = this.#file(params.file);
        return {
          file: file.id,
          name: file.name,
          size: file.size,
          type: file.type,
          sha256: file.sha256,
          chunk: CHUNK,
          missing: missing(file),
        };
      }
      case "file.write":
        this.writes.push(params.index);
        this.#file(params.file).chunks[params.index] = Buffer.from(bytes);
        return {};
      case "file.read":
        return { file: params.file, index: params.index, data: this.#file(params.file).chunks[params.index] };
      case "file.close": {
        const file = this.#file(params.file);
        if (missing(file).length > 0) {
          throw new Refusal(409, "file: chunks are missing", { missing: missing(file) });
        }
        if (createHash("sha256").update(Buffer.concat(file.chunks)).digest("hex") !== file.sha256) {
          file.chunks = [];
          throw new Refusal(422, "sha256: another");
        }
        const { id, name, size, type, sha256 } = file;
        return { id, name, size, type, sha256, url: `/rooms/${file.room}/files/${id}`, epoch: "e", offset: 1, at: 1 };
      }
      default:
        return { room: params?.room, epoch: "e", offset: 0, recovered: false };
    }
  }

  #file(id) {
    const file = this.#files.get(id);
    if (!file) {
      throw new Refusal(404, "file: unknown");
    }
    return file;
  }
}

export function refuse(code, message = "") {
  throw new Refusal(code, message);
}

/** At most three ranges, as a server names at most a thousand. */
function missing({ count, chunks }) {
  const ranges = [];
  for (let index = 0; index < count && ranges.length < 3; index++) {
    if (chunks[index]) {
      continue;
    }
    const last = ranges.at(-1);
    last?.[1] === index - 1 ? (last[1] = index) : ranges.push([index, index]);
  }
  return ranges;
}
