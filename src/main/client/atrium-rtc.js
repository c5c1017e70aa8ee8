// @ts-check
/**
 * Calls between browsers over WebRTC: adds `room.call()`, `room.callers()`, `connection.peer(id)` and `connection.peers` to `/atrium.js`. Peers are
 * signalled by volatile messages of the event `rtc`, each to one session; one that is lost is repeated until it is answered.
 */
import { AtriumError, Connection, Room } from "./atrium.js";
import { Call, capture } from "./call.js";
import { Mesh } from "./mesh.js";
import { EVENT, MAX_PEERS, sessionOf } from "./signals.js";

/** A tab in a call announces itself each half a minute, and once a minute while it is hidden. */
const FORGET_MILLIS = 150_000;

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
      const ready = async () => {
        await this.connection.joined(this);
        sessionOf(this.connection.state);
        if (!this.membership.rooms.has(this)) {
          throw new AtriumError(410, "the room was left");
        }
      };
      await ready();
      if (!media?.audio && !media?.video) {
        return new Call(this, media?.getTracks && media);
      }
      const what = media.video ? (media.audio ? "camera or microphone" : "camera") : "microphone";
      const stream = await capture(what, "getUserMedia", media);
      try {
        // The browser may have asked the user for minutes.
        await ready();
        return new Call(this, stream);
      } catch (failure) {
        stream.getTracks().forEach((track) => track.stop());
        throw failure;
      }
    },
  },
  callers: {
    /** Calls a listener with the ids of those who are in the call of the room, when one joins or leaves. @this {any} @param {(ids: Set<string>) => void} listener */
    value(listener) {
      /** @type {Set<string>} */
      const ids = new Set();
      /** Timers by ids. @type {Map<string, any>} */
      const ends = new Map();
      const end = (/** @type {string} */ id) => {
        clearTimeout(ends.get(id));
        ends.delete(id);
        ids.delete(id) && listener(ids);
      };
      const received = (/** @type {any} */ data, /** @type {any} */ { from }) => {
        const id = `${from?.id}/${data?.from}`;
        if (data?.bye && !data.to) {
          end(id);
        } else if (data?.join && (ids.has(id) || ids.size < MAX_PEERS + 1)) {
          // A participant that has left while this side was offline is not announced again.
          clearTimeout(ends.get(id));
          ends.set(
            id,
            setTimeout(() => end(id), FORGET_MILLIS),
          );
          ids.size < ids.add(id).size && listener(ids);
        }
      };
      const listeners = [
        this.on(EVENT, received),
        this.connection.on(
          EVENT,
          (/** @type {any} */ data, /** @type {any} */ message) => data?.room === this.name && received(data, message),
        ),
        this.on("@left", (/** @type {any} */ { id }) =>
          [...ids].forEach((each) => each.startsWith(`${id}/`) && end(each)),
        ),
      ];
      return () => {
        listeners.forEach((each) => each());
        ends.forEach(clearTimeout);
      };
    },
  },
});
