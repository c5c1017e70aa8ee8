// @ts-check
/** One peer of a call, or of a connection. */
import { AtriumError } from "./atrium.js";
import { iceServers } from "./ice.js";
import { Listeners } from "./listeners.js";
import { randomName } from "./signals.js";
/** @import { Signal } from "./signals.js" */

const TICK_MILLIS = 3000;
/** Ticks without a connection after which a peer is given up. Ticks, because a computer that was asleep has missed none of them. */
const MAX_SILENT_TICKS = 10;
/** Most disconnected peers come back by themselves. */
const DISCONNECTED_MILLIS = 2000;
/** Candidates that are found within this time are one message: a server limits messages. */
const CANDIDATES_MILLIS = 50;
const MAX_BUFFERED = 1 << 20;

/**
 * @typedef {object} Mesh what a peer needs of the mesh that it belongs to
 * @property {any} connection
 * @property {Map<string, MediaStreamTrack>} tracks
 * @property {Map<string, Peer>} peers
 * @property {(session: string | undefined, signal: Partial<Signal>) => void} signal
 * @property {(peer: string) => boolean} isPolite
 * @property {(event: string, ...values: any[]) => void} tell
 */

/** Connection to one peer: perfect negotiation, as in section 10.7 of the WebRTC specification, over messages that may be lost. */
export class Peer extends Listeners {
  /** Tracks of the peer. */
  stream = new MediaStream();
  /** @type {RTCPeerConnection | undefined} */
  pc;
  /** Name of {@link Peer.pc}: messages for an earlier one are ignored. */
  name = randomName();
  /** Name of the other side's, once known. @type {string | undefined} */
  remote;
  #mesh;
  #ready;
  #closed = false;
  #making = false;
  #settingAnswer = false;
  #offer = 0;
  /** Number of the peer's offer that was accepted last, and whether it was answered. */
  #accepted = 0;
  #answered = false;
  #silent = 0;
  /** @type {Map<string, RTCRtpSender>} */
  #senders = new Map();
  /** Candidates that are not sent yet. @type {RTCIceCandidate[]} */
  #candidates = [];
  /** @type {RTCDataChannel | undefined} */
  #channel;
  #ticks = setInterval(() => this.#tick(), TICK_MILLIS);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #restart;

  /** @param {Mesh} mesh @param {string} id */
  constructor(mesh, id) {
    super();
    this.#mesh = mesh;
    this.id = id;
    this.#ready = this.#open().catch((failure) => this.close(failure));
  }

  /** Session of the peer. */
  get session() {
    return this.id.split("/")[0];
  }

  async #open() {
    const servers = await iceServers(this.#mesh.connection);
    if (this.#closed) {
      return;
    }
    const pc = (this.pc = new RTCPeerConnection({ iceServers: servers }));
    // Both sides make it: otherwise the one that answers would have to wait for it.
    const channel = (this.#channel = pc.createDataChannel("atrium", { negotiated: true, id: 0 }));
    channel.binaryType = "arraybuffer";
    channel.onopen = () => this.tell("open");
    channel.onmessage = ({ data }) => {
      try {
        this.tell("message", typeof data === "string" ? JSON.parse(data) : new Uint8Array(data));
      } catch {
        // Not from this module.
      }
    };
    pc.ontrack = ({ track }) => {
      this.stream.addTrack(track);
      this.tell("track", track);
    };
    pc.onicecandidate = ({ candidate }) =>
      candidate &&
      this.#candidates.push(candidate) === 1 &&
      setTimeout(() => {
        const candidates = this.#candidates.splice(0);
        this.#closed || this.#signal({ candidates });
      }, CANDIDATES_MILLIS);
    pc.onnegotiationneeded = async () => {
      this.#making = true;
      this.#offer++;
      await this.#describe().finally(() => (this.#making = false));
    };
    pc.oniceconnectionstatechange = () => {
      const { iceConnectionState } = pc;
      clearTimeout(this.#restart);
      if (/failed|disconnected/.test(iceConnectionState)) {
        this.#restart = setTimeout(
          () => this.restart().catch((failure) => this.tell("error", failure)),
          iceConnectionState === "failed" ? 0 : DISCONNECTED_MILLIS,
        );
      }
    };
    this.#mesh.tracks.forEach((track, kind) => this.#send(kind, track));
  }

  /** Negotiates new paths to the peer, after a change of the network for example. */
  async restart() {
    const servers = await iceServers(this.#mesh.connection);
    if (!this.#closed) {
      this.pc?.setConfiguration({ iceServers: servers });
      this.pc?.restartIce();
    }
  }

  #tick() {
    this.#silent = this.pc?.connectionState === "connected" ? 0 : this.#silent + 1;
    if (this.#silent > MAX_SILENT_TICKS) {
      this.close(new AtriumError(408, "the peer does not answer"));
    } else if (this.pc?.signalingState === "have-local-offer") {
      this.#signal({ description: this.pc.localDescription, offer: this.#offer });
    }
  }

  /** @param {Partial<Signal>} signal */
  #signal(signal) {
    const [session, to] = this.id.split("/");
    this.#mesh.signal(session, { to, pc: this.name, for: this.remote, ...signal });
  }

  /** Makes the offer or answer that is due, and sends it. */
  async #describe() {
    const pc = /** @type {RTCPeerConnection} */ (this.pc);
    try {
      await pc.setLocalDescription();
      this.#signal({
        description: pc.localDescription,
        offer: pc.localDescription?.type === "offer" ? this.#offer : this.#accepted,
      });
    } catch (failure) {
      this.#closed || this.tell("error", failure);
    }
  }

  /** Receives a message of the peer; what makes no sense is ignored. @param {Signal} signal */
  async receive({ pc: name, offer = 0, description, candidates }) {
    this.remote = name;
    await this.#ready;
    const { pc } = this;
    if (!pc || this.#closed) {
      return;
    }
    try {
      if (candidates) {
        await Promise.all(candidates.map((candidate) => pc.addIceCandidate(candidate)));
      } else if (description.type === "offer") {
        if (offer === this.#accepted) {
          // The answer was lost, or is on its way.
          this.#answered &&
            pc.localDescription?.type === "answer" &&
            this.#signal({ description: pc.localDescription, offer });
          return;
        }
        const ready = !this.#making && (pc.signalingState === "stable" || this.#settingAnswer);
        if (ready || this.#mesh.isPolite(this.id)) {
          this.#accepted = offer;
          this.#answered = false;
          await pc.setRemoteDescription(description);
          await this.#describe();
          this.#answered = true;
        }
      } else if (offer === this.#offer && pc.signalingState === "have-local-offer") {
        this.#settingAnswer = true;
        await pc.setRemoteDescription(description).finally(() => (this.#settingAnswer = false));
      }
    } catch {
      // Also a candidate of an offer that was ignored or lost: the description that is repeated contains it.
    }
  }

  /** Sends a track in place of the last one of its kind; null for none. @param {string} kind @param {MediaStreamTrack | null} track */
  async setTrack(kind, track) {
    await this.#ready;
    await this.#send(kind, track);
  }

  /** @param {string} kind @param {MediaStreamTrack | null} track */
  async #send(kind, track) {
    const sender = this.#senders.get(kind);
    if (this.#closed || !this.pc) {
      return;
    }
    if (sender) {
      await sender.replaceTrack(track);
    } else if (track) {
      this.#senders.set(kind, this.pc.addTrack(track));
    }
  }

  /** Sends JSON, or bytes, on the data channel. @param {any} data */
  send(data) {
    const channel = this.#channel;
    if (!channel || !this.isOpen) {
      throw new AtriumError(503, "the peer is not connected");
    }
    if (channel.bufferedAmount > MAX_BUFFERED) {
      throw new AtriumError(429, "too much data waits to be sent to the peer");
    }
    channel.send(
      data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? /** @type {any} */ (data) : JSON.stringify(data),
    );
  }

  /** Whether data can be sent. Chromium's channel stays open for a moment after its connection was closed. */
  get isOpen() {
    return !this.#closed && this.#channel?.readyState === "open";
  }

  /** @param {string} event @param {any[]} values */
  tell(event, ...values) {
    super.tell(event, ...values);
    this.#mesh.tell(event, ...values, this);
  }

  /** Ends the connection to the peer. @param {unknown} [failure] why, if it was not wanted @param {boolean} [byPeer] whether the peer has ended it */
  close(failure, byPeer) {
    if (!this.#closed) {
      this.#closed = true;
      clearInterval(this.#ticks);
      clearTimeout(this.#restart);
      byPeer || this.#signal({ bye: true });
      this.pc?.close();
      this.#mesh.peers.delete(this.id);
      this.tell("close", failure);
    }
  }
}
