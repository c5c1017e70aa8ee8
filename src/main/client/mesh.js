// @ts-check
/** Peers of one tab that share its signals. */
import { AtriumError } from "./atrium.js";
import { Listeners } from "./listeners.js";
import { Peer } from "./peer.js";
import { EVENT, MAX_PEERS, randomName, sessionOf } from "./signals.js";
/** @import { Signal } from "./signals.js" */

/** Peers of one tab: those of a call, or those of a connection. */
export class Mesh extends Listeners {
  /** Distinguishes tabs that share a session, and a call from the one before it. */
  tag = randomName();
  /** By their ids: session and tag, or the session alone until a tab of it has answered. @type {Map<string, Peer>} */
  peers = new Map();
  /** Own tracks by their kinds. @type {Map<string, MediaStreamTrack>} */
  tracks = new Map();
  /** Kinds that are muted, whatever track is sent. @type {Set<string>} */
  #muted = new Set();
  /** Own tracks, to be shown. */
  stream = new MediaStream();
  #session = "";
  /** @type {(() => void)[]} */
  ends;

  /** @param {any} connection @param {string} [room] */
  constructor(connection, room) {
    super();
    this.connection = connection;
    this.room = room;
    this.#session = sessionOf(connection.state);
    const hide = () => this.leave();
    addEventListener("pagehide", hide);
    this.ends = [
      connection.on(EVENT, (/** @type {any} */ data, /** @type {any} */ message) => this.receive(data, message)),
      connection.on("state", (/** @type {any} */ state) => this.changed(state)),
      () => removeEventListener("pagehide", hide),
    ];
  }

  /** Id under which peers find this tab. */
  get id() {
    return `${this.#session}/${this.tag}`;
  }

  /** @param {string} peer */
  isPolite(peer) {
    return this.id > peer;
  }

  /** @param {any} state */
  changed(state) {
    state.name === "closed" && this.closePeers(new AtriumError(state.code, state.reason || "the connection is closed"));
    if (state.name === "open" && state.id !== this.#session) {
      // Peers know this tab by its former session.
      this.#session && this.closePeers(new AtriumError(410, "the session has ended"));
      this.#session = state.id;
    }
  }

  /** @param {string | undefined} session undefined for the whole room @param {Partial<Signal>} signal */
  signal(session, signal) {
    const { connection, room, tag } = this;
    const data = { room, from: tag, ...signal };
    // To a member of the room through the room: that takes no permission to send to single sessions.
    const options = { event: EVENT, volatile: true, ...(room !== undefined && session && { to: session }) };
    const sent = room === undefined ? connection.sendTo(session, data, options) : connection.send(room, data, options);
    sent.catch((/** @type {any} */ { code, message }) => {
      // A session that has ended is no failure: its peer leaves by its silence.
      code === 404 ||
        this.failed(
          new AtriumError(
            code,
            room === undefined && code === 403 ? `peers need the permission send for ~*: ${message}` : message,
          ),
        );
    });
  }

  /** @param {AtriumError} failure of a message to a peer */
  failed(failure) {
    this.tell("error", failure);
  }

  /** Receives a message that anyone may have sent. @param {Signal} data @param {any} message */
  receive(data, { from }) {
    if (
      !from?.id ||
      !data ||
      data.room !== this.room ||
      typeof data.from !== "string" ||
      data.from === this.tag ||
      (data.to && data.to !== this.tag)
    ) {
      return;
    }
    const id = `${from.id}/${data.from}`;
    let peer = this.peers.get(id) ?? this.peers.get(from.id);
    if (peer && data.for && data.for !== peer.name) {
      return;
    }
    // The other side has begun anew, or this side has.
    const isOther = peer?.remote && data.pc && peer.remote !== data.pc;
    if (data.join) {
      // A participant that is announced again is a known one, unless this side has closed the connection to it.
      peer || data.again || this.add(id);
    } else if (data.full) {
      this.refused(peer);
    } else if (data.bye) {
      isOther || peer?.close(undefined, true);
    } else if (data.candidates || data.description) {
      const isOffer = data.description?.type === "offer";
      if (isOther && isOffer) {
        peer?.close(undefined, true);
        peer = undefined;
      }
      if (!peer && isOffer && this.accepts) {
        peer = this.add(id);
      } else if (!peer && data.description && !isOffer) {
        // Another tab of that session was faster.
        this.signal(from.id, { to: data.from, for: data.pc, bye: true });
      }
      // An offer for what this side has given up is answered by an own one.
      if (peer && (!data.for || data.for === peer.name) && (!isOther || isOffer)) {
        this.peers.delete(peer.id);
        this.peers.set((peer.id = id), peer);
        void peer.receive(data);
      }
    }
  }

  /** Whether peers that this side has not asked for are accepted. */
  get accepts() {
    return this.byEvent.has("peer");
  }

  /** @param {string} id @returns {Peer | undefined} undefined if there are too many */
  add(id) {
    if (this.peers.size >= MAX_PEERS) {
      const [session, to] = id.split("/");
      this.signal(session, { to, full: true });
      return;
    }
    const peer = new Peer(this, id);
    this.peers.set(id, peer);
    this.tell("peer", peer);
    return peer;
  }

  /** @param {Peer} [peer] that accepts no further one */
  refused(peer) {
    peer?.close(new AtriumError(429, "the peer has too many peers"), true);
  }

  /** Sends a track to all peers, in place of the last one of its kind; null for none. @param {string} kind @param {MediaStreamTrack | null} track */
  async setTrack(kind, track) {
    const former = this.tracks.get(kind);
    former && this.stream.removeTrack(former);
    track ? this.tracks.set(kind, track) : this.tracks.delete(kind);
    track && this.#muted.has(kind) && (track.enabled = false);
    track && this.stream.addTrack(track);
    await Promise.all([...this.peers.values()].map((peer) => peer.setTrack(kind, track)));
  }

  /** Mutes the own track of a kind for all peers, and those that take its place, or unmutes it. @param {string} kind */
  mute(kind, on = true) {
    on ? this.#muted.add(kind) : this.#muted.delete(kind);
    const track = this.tracks.get(kind);
    track && (track.enabled = !on);
  }

  /** Sends data to each connected peer; throws once all others have it. @param {any} data */
  send(data) {
    let failure;
    for (const peer of this.peers.values()) {
      try {
        peer.isOpen && peer.send(data);
      } catch (thrown) {
        failure = thrown;
      }
    }
    if (failure) {
      throw failure;
    }
  }

  /** @param {unknown} [failure] */
  closePeers(failure) {
    [...this.peers.values()].forEach((peer) => peer.close(failure));
  }

  leave() {
    this.closePeers();
  }
}
