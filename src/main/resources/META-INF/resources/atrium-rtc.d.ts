// Types of calls between browsers: importing the module adds them to rooms and connections. They need the library of the DOM.
import "./atrium.js";

declare module "./atrium.js" {
  interface Connection<E extends object = any> {
    /** Peers of this tab, outside of calls: `peers.on("peer", …)` accepts those that call `peer` with an id of this tab. */
    readonly peers: Peers;
    /**
     * Connects to a peer, by the id of its session, or by the {@link Peers.id} of one tab of it. The peer has to accept it, or to connect to this one. Throws
     * an {@link AtriumError} for more than eight peers (429), and where the connection has no session (501).
     */
    peer(id: string): Peer;
  }
  interface Room<E extends object = any> {
    readonly connection: Connection;
    /**
     * Joins the call of the room, with media, constraints of `getUserMedia`, or with neither: then with data alone. Rejects with an {@link AtriumError} whose
     * message names what is missing.
     */
    call(media?: MediaStream | MediaStreamConstraints): Promise<Call>;
    /** Calls a listener with the ids of those who are in the call, each time that they change; the room has to be joined with `presence`. */
    callers(listener: (ids: Set<string>) => void): () => void;
  }
}

export interface PeerEvents {
  /** Data can be sent. */
  open: [];
  /** Data of the other side: JSON, or bytes. */
  message: [data: any];
  /** Another track is in the peer's stream. */
  track: [track: MediaStreamTrack];
  error: [failure: Error];
  /** The connection to the peer has ended; with a failure, if neither side has ended it. */
  close: [failure?: Error];
}

/** Connection to one other tab. */
export interface Peer {
  /** Session and tab; the session alone until a tab has answered. */
  readonly id: string;
  readonly session: string;
  /** Tracks of the peer. */
  readonly stream: MediaStream;
  /** Undefined until the server has been asked for ICE servers. */
  readonly pc: RTCPeerConnection | undefined;
  readonly isOpen: boolean;
  on<K extends keyof PeerEvents>(event: K, listener: (...values: PeerEvents[K]) => void): () => void;
  /** Sends JSON, or bytes. Throws if the peer is not connected (503), or does not keep up (429). */
  send(data: any): void;
  /** Sends a track in place of the last one of its kind; null for none. */
  setTrack(kind: "audio" | "video", track: MediaStreamTrack | null): Promise<void>;
  /** Restarts ICE. A failed connection does so by itself. */
  restart(): Promise<void>;
  close(): void;
}

export type PeersEvents = { [K in keyof PeerEvents]: [...values: PeerEvents[K], peer: Peer] } & {
  /** There is another peer, which is not connected yet. */
  peer: [peer: Peer];
  error: [failure: Error, peer?: Peer];
};

export interface Peers {
  /** Id of this tab, to be given to {@link Connection.peer} by others. */
  readonly id: string;
  readonly peers: ReadonlyMap<string, Peer>;
  /** Own tracks by their kinds. */
  readonly tracks: ReadonlyMap<string, MediaStreamTrack>;
  /** Own tracks, to be shown. */
  readonly stream: MediaStream;
  on<K extends keyof PeersEvents>(event: K, listener: (...values: PeersEvents[K]) => void): () => void;
  /** Sends JSON, or bytes, to each connected peer. */
  send(data: any): void;
  /** Sends a track to all peers, in place of the last one of its kind; null for none. */
  setTrack(kind: "audio" | "video", track: MediaStreamTrack | null): Promise<void>;
  /** Mutes the own track of a kind, or unmutes it. */
  mute(kind: "audio" | "video", on?: boolean): void;
}

export type CallEvents = PeersEvents & {
  /** The screen is shared, or no longer. */
  share: [shared: boolean];
  /** The own microphone or camera was unplugged, or is no longer permitted. */
  ended: [kind: "audio" | "video"];
  /** The call was left; with a failure, if not by {@link Call.leave}. */
  left: [failure?: Error];
};

/** Call of those in a room who have joined it. */
export interface Call extends Omit<Peers, "on"> {
  on<K extends keyof CallEvents>(event: K, listener: (...values: CallEvents[K]) => void): () => void;
  /** Shows the screen, or a window, in place of the camera, until `unshare` or until the browser ends it. */
  share(): Promise<void>;
  unshare(): Promise<void>;
  /** Leaves the call, and stops the own tracks. */
  leave(): void;
}
