// @ts-check
/**
 * Calls between browsers over WebRTC: adds `room.call()`, `room.callers()`, `connection.peer(id)` and `connection.peers` to `/atrium.js`. Peers are
 * signalled by volatile messages of the event `rtc`, each to one session; one that is lost is repeated until it is answered.
 */
import { AtriumError, Connection, Room } from "./atrium.js";
import { Call, capture } from "./call.js";
import { Mesh } from "./mesh.js";
import { EVENT, MAX_PEERS, sessionOf } from "./signals.js";

/** @type {WeakMap<any, Mesh>} */
const meshes = new WeakMap();

Object.defineProperties(Connection.prototype, {
  peers: {
    /** @this {any} */
    get() {
      const mesh = meshes.get(this) ?? new Mesh(this);
      meshes.set(this, mesh);
      return mesh;
    },
  },
  peer: {
    /** @this {any} @param {string} id */
    value(id) {
      sessionOf(this.state);
      const { peers } = /** @type {Mesh} */ (this.peers);
      const known = peers.get(id) ?? [...peers.values()].find((peer) => peer.session === id);
      if (!known && peers.size >= MAX_PEERS) {
        throw new AtriumError(429, `too many peers: at most ${MAX_PEERS}`);
      }
      return known ?? this.peers.add(id);
    },
  },
});

Object.defineProperties(Room.prototype, {
  call: {
    /** @this {any} @param {any} [media] a MediaStream, or constraints of `getUserMedia`; data only without any */
    async value(media) {
      await this.connection.joined(this);
      sessionOf(this.connection.state);
      const stream =
        media?.audio || media?.video
          ? await capture(
              media.video ? (media.audio ? "camera or microphone" : "camera") : "microphone",
              "getUserMedia",
              media,
            )
          : media;
      return new Call(this, stream?.getTracks && stream);
    },
  },
  callers: {
    /** Calls a listener with the ids of those who are in the call of the room, when one joins or leaves. @this {any} @param {(ids: Set<string>) => void} listener */
    value(listener) {
      /** @type {Set<string>} */
      const ids = new Set();
      const received = (/** @type {any} */ data, /** @type {any} */ { from }) => {
        const id = `${from?.id}/${data?.from}`;
        if (
          data?.bye && !data.to ? ids.delete(id) : data?.join && ids.size < MAX_PEERS + 1 && ids.size < ids.add(id).size
        ) {
          listener(ids);
        }
      };
      const ends = [
        this.on(EVENT, received),
        this.connection.on(
          EVENT,
          (/** @type {any} */ data, /** @type {any} */ message) => data?.room === this.name && received(data, message),
        ),
        this.on(
          "@left",
          (/** @type {any} */ { id }) =>
            [...ids].filter((each) => each.startsWith(`${id}/`) && ids.delete(each)).length && listener(ids),
        ),
      ];
      return () => ends.forEach((end) => end());
    },
  },
});
