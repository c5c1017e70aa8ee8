// @ts-check
/** How to reach a room, for each kind of client, with the names of this server. */
import { inNamespace, namespace, roomPath, root } from "./address.js";

/** Quotes a text for a shell. @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** @param {string} room @returns {{key: string, note: string, code: string}[]} words for the name and the note, and what to copy */
export function snippets(room) {
  const secure = location.protocol === "https:";
  const origin = `${location.protocol}//${location.host}`;
  const server = origin + root;
  const socketServer = `${secure ? "wss" : "ws"}://${location.host}`;
  const path = roomPath(room);
  const url = `${origin}${path}${inNamespace}`;
  const name = JSON.stringify(room);
  const more = inNamespace === "" ? "?" : `${inNamespace}&`;
  const io =
    JSON.stringify(namespace === "/" ? `${origin}/` : `${origin}${namespace}`) +
    (root === "/" ? "" : `, { path: ${JSON.stringify(`${root}socket.io/`)} }`);
  return [
    { key: "wayPage", note: "notePage", code: url },
    {
      key: "wayCurl",
      note: "noteCurl",
      code: `curl -d 'hello' ${quoted(url)}\ncurl -N -H 'Accept: text/event-stream' ${quoted(url)}`,
    },
    {
      key: "waySocket",
      note: "noteSocket",
      code: `const room = new WebSocket(${JSON.stringify(socketServer + path + inNamespace)});
room.onmessage = ({ data }) => console.log(data);
room.onopen = () => room.send("hello");`,
    },
    {
      key: "wayClient",
      note: "noteClient",
      code: `<script type="module">
  import { connect } from ${JSON.stringify(`${server}atrium.js`)};

  const room = connect(${JSON.stringify(inNamespace === "" ? server : `${server}ws${inNamespace}`)}).room(${name.replaceAll("</", "<\\/")});
  room.on("message", (data) => console.log(data));
  await room.send("hello");
</script>`,
    },
    {
      key: "waySocketIo",
      note: "noteSocketIo",
      code: `import { io } from "socket.io-client";

const socket = io(${io});
socket.on("connect", () => socket.emit("join", ${name}));
socket.on("message", (data) => console.log(data));
socket.once("connect", () => socket.emit("send", ${name}, "message", "hello"));`,
    },
    {
      key: "wayEvents",
      note: "noteEvents",
      code: `const events = new EventSource(${JSON.stringify(url)});
events.onmessage = ({ data }) => console.log(JSON.parse(data).data);`,
    },
    {
      key: "wayPolling",
      note: "notePolling",
      code: `curl ${quoted(`${origin}${path}/messages${inNamespace}`)}
curl ${quoted(`${origin}${path}/messages${more}after=0&wait=25`)}`,
    },
    {
      key: "wayBackend",
      note: "noteBackend",
      code: `curl -i -H "Authorization: Bearer $TOKEN" -H 'Idempotency-Key: order-17' \\
     -H 'Content-Type: application/json' -d '{"paid": true}' \\
     ${quoted(`${origin}${path}${more}event=order`)}`,
    },
  ];
}
