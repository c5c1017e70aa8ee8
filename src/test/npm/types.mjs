// Checks the client as strictly as there is, its types with and without those of the DOM, and that they are those of its modules.
// node types.mjs <its main module> <atrium.d.ts>
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const [, , main, types] = process.argv;
const tsc = "node_modules/typescript/bin/tsc";
const strict = [
  "--noEmit",
  "--strict",
  "--target",
  "es2022",
  "--module",
  "es2022",
  "--moduleResolution",
  "bundler",
  "--allowImportingTsExtensions",
];
const check = (...args) => execFileSync(process.execPath, [tsc, ...strict, ...args], { stdio: "inherit" });

mkdirSync("types", { recursive: true });
copyFileSync(types, "types/atrium.d.ts");
copyFileSync(resolve(types, "../atrium-rtc.d.ts"), "types/atrium-rtc.d.ts");
writeFileSync(
  "types/usage.ts",
  `
  import { AtriumError, connect, type Connection, type Message, type Room } from "./atrium.js";
  interface Chat { message: string; move: { x: number; y: number } }
  const connection = connect<{ invitation: { to: string } }>("https://host/", { token: async () => null });
  declare const settings: { remember: boolean; token: string | null };
  connect("/", { store: settings.remember, shared: settings.remember && "ann's", token: settings.token });
  const room = connection.room<Chat>("lobby", { presence: true });
  room.on("move", ({ x, y }, message) => (x + y + (message.offset ?? 0)).toFixed());
  // @ts-expect-error a volatile message has no offset
  room.on("move", (_, message) => message.offset.toFixed());
  room.on("@gap", (_, { room, data }) => [room, data.offset]);
  // @ts-expect-error a gap has no time
  room.on("@gap", (_, { at }) => at);
  // @ts-expect-error the client itself tells of it, without a message
  room.on("@error", (_, { event }) => event);
  // @ts-expect-error the client itself tells of it, without a message
  connection.on("state", (_, { event }) => event);
  // @ts-expect-error only rooms have it
  connection.on("*", () => {});
  room.on("@gap", ({ epoch }) => epoch.length);
  room.on("@error", (failure) => failure.code.toFixed());
  room.on("*", (data) => typeof data === "string" ? data.length : data.x);
  connection.on("invitation", ({ to }, { from }) => to + from?.user);
  connection.on("state", (state) => state.name === "closed" && state.code);
  connection.on("error", (failure) => failure instanceof AtriumError && failure.code);
  // @ts-expect-error no such event
  room.on("jump", () => {});
  const nameOf = (any: Room, over: Connection) => any.name + over.state.name;
  nameOf(room, connection);
  declare const named: { event?: string };
  void connect().room("any").send(1, named);
  // @ts-expect-error a known event
  void room.send("hello", named);
  declare const session: { token?: string };
  connect("/", { token: async () => session.token });
  // @ts-expect-error no such property
  room.on("move", ({ z }) => z);
  // @ts-expect-error another type
  void room.send(1);
  // @ts-expect-error another type
  void room.send({ x: 1 }, { event: "move" });
  // @ts-expect-error an internal
  room.membership;
  // @ts-expect-error an internal
  connection.hurry({ type: "online" });
  export async function use() {
    await room.send("hello");
    const { offset } = await room.send({ x: 1, y: 2 }, { event: "move", echo: false });
    for await (const { data } of room) {
      typeof data === "string" ? data.length : data.y;
    }
    await room.send("typing", { volatile: true });
    await room.send({ x: 1, y: 2 }, { event: "move", volatile: true, to: "~id" });
    // @ts-expect-error another type
    await room.send({ x: 1, y: 2 }, { volatile: true });
    const any = connect().room("any");
    await any.send({ what: "ever" }, { volatile: true });
    any.on("whatever", (data) => data.anything);
    await any.send({ what: "ever" }, { event: "whatever" });
    await any.send(new Uint8Array(1));
    await connection.sendTo("~id", "hello", { event: "hello" });
    await any.sendTo("~id", "hello");
    const blob = await any.download("id");
    await any.upload(blob, { name: "copy", onProgress: ({ done, total }) => done / total });
    const { messages }: { messages: Message<any>[] } = await any.history();
    const response = await connection.fetch("/rooms?prefix=lob");
    const answer = response.ok ? await connection.call<number>("sum", [1, 2]) : response.status;
    return answer + messages.length + offset + blob.size;
  }
`,
);
writeFileSync(
  "types/dom.ts",
  `
  import { connect } from "./atrium.js";
  export async function use(input: HTMLInputElement, signal: AbortSignal, image: HTMLImageElement) {
    const room = connect("/", { WebSocket }).room("lobby");
    const { id } = await room.upload(input.files![0], { signal });
    image.src = URL.createObjectURL(await room.download(id, { signal }));
  }
`,
);
writeFileSync(
  "types/calls.ts",
  `
  import { connect } from "./atrium.js";
  import type { Call, Peer } from "./atrium-rtc.js";
  import "./atrium-rtc.js";
  export async function use(video: HTMLVideoElement) {
    const connection = connect();
    const room = connection.room<{ message: string }>("lobby", { presence: true });
    const call: Call = await room.call({ audio: true });
    call.on("track", (track, peer) => track.kind === "video" && (video.srcObject = peer.stream));
    call.on("left", (failure) => failure?.message);
    const peer: Peer = connection.peer("~id");
    peer.on("message", (data) => peer.send(data));
    room.callers((ids) => ids.size);
    // @ts-expect-error no such event
    call.on("jump", () => {});
    // @ts-expect-error no such kind
    call.mute("smell");
    const { iceServers } = await (await connection.fetch("/rtc/ice")).json();
    return iceServers;
  }
`,
);
try {
  check("--allowJs", "--checkJs", "--lib", "es2023,dom", main, resolve(main, "../atrium-rtc.js"));
  check("--lib", "es2023,dom", "types/calls.ts");
  check("--lib", "es2023", "types/usage.ts");
  check("--lib", "es2023,dom", "types/usage.ts", "types/dom.ts");
  execFileSync(process.execPath, ["declarations.mjs", main, "atrium.d.ts"], { stdio: "inherit" });
} catch {
  process.exit(1);
}
if (readFileSync(types, "utf8") !== readFileSync("atrium.d.ts", "utf8")) {
  console.error(`the modules have other types: look at them and commit them, cp ${resolve("atrium.d.ts")} ${types}`);
  process.exit(1);
}
const exported = Object.keys(await import(main))
  .toSorted()
  .join();
// The classes are for modules that add to them.
if (exported !== "AtriumError,Connection,Room,connect") {
  console.error(`exported: ${exported}`);
  process.exit(1);
}
