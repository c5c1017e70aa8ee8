// @ts-check
/** The call of a room. */
import { AtriumError } from "./atrium.js";
import { Mesh } from "./mesh.js";
import { EVENT, MAX_PEERS, sessionOf } from "./signals.js";

/** A volatile message may be lost. */
const ANNOUNCE_MILLIS = [0, 2000, 6000];
/** A page that opens the room later, or was offline, learns from it who is in the call. */
const REPEAT_MILLIS = 30_000;

/** Call of those in a room who have joined it: each is connected to each other one. */
export class Call extends Mesh {
  /** Own track of the camera while the screen is shared. @type {MediaStreamTrack | null | undefined} */
  #camera;
  #left = false;
  #connected = false;
  /** @type {ReturnType<typeof setTimeout>[]} */
  #timers = [];
  #repeat = setInterval(
    () => this.connection.state.name === "open" && this.signal(undefined, { join: true, again: true }),
    REPEAT_MILLIS,
  );

  /** @param {any} room @param {MediaStream | undefined} stream */
  constructor(room, stream) {
    super(room.connection, room.name);
    // The connection may have been awaited since they were captured.
    stream?.getTracks().forEach((track) => track.readyState === "live" && void this.setTrack(track.kind, track));
    this.ends.push(
      room.on(EVENT, (/** @type {any} */ data, /** @type {any} */ message) =>
        this.receive({ ...data, room: room.name }, message),
      ),
      room.on("@joined", (/** @type {any} */ { id }) => id && this.signal(id, { join: true })),
      room.on("@left", (/** @type {any} */ { id }) =>
        [...this.peers.values()].forEach((peer) => peer.session === id && peer.close(undefined, true)),
      ),
      // The room was left.
      room.on("", () => this.leave()),
    );
    this.on("open", () => (this.#connected = true));
    // Both sides may have given up at the same time.
    this.on("close", (failure) => failure && !this.#left && this.#announce());
    this.#announce();
  }

  get accepts() {
    return true;
  }

  #announce() {
    this.#timers.forEach(clearTimeout);
    this.#timers = ANNOUNCE_MILLIS.map((millis) => setTimeout(() => this.signal(undefined, { join: true }), millis));
  }

  /** @param {any} state */
  changed(state) {
    super.changed(state);
    try {
      sessionOf(state);
      state.name === "open" && this.#announce();
      state.name === "closed" && this.leave(new AtriumError(state.code, state.reason || "the connection is closed"));
    } catch (failure) {
      this.leave(failure);
    }
  }

  /** @param {AtriumError} failure */
  failed(failure) {
    failure.code === 403 ? this.leave(failure) : super.failed(failure);
  }

  /** Leaves the call if it is full, unless it has begun: any member could send that. */
  refused() {
    this.#connected || this.leave(new AtriumError(429, `the call is full: at most ${MAX_PEERS + 1} take part`));
  }

  /** Shows the screen, or a window, in place of the camera, until {@link Call.unshare} or until the browser ends it. */
  async share() {
    const [screen] = (await capture("screen", "getDisplayMedia", { video: true })).getVideoTracks();
    screen.onended = () => this.tracks.get("video") === screen && this.unshare();
    if (this.#left) {
      screen.stop();
      return;
    }
    const former = this.tracks.get("video");
    this.#camera === undefined ? (this.#camera = former ?? null) : former?.stop();
    const set = this.setTrack("video", screen);
    // It is shown also while the camera is muted.
    screen.enabled = true;
    await set;
    this.tell("share", true);
  }

  async unshare() {
    const camera = this.#camera;
    if (camera !== undefined) {
      this.#camera = undefined;
      camera?.readyState === "ended" && this.tell("ended", "video");
      this.tracks.get("video")?.stop();
      await this.setTrack("video", camera?.readyState === "live" ? camera : null);
      this.tell("share", false);
    }
  }

  /** @param {string} kind */
  mute(kind, on = true) {
    super.mute(kind, on);
    // It comes back after the screen.
    kind === "video" && this.#camera && (this.#camera.enabled = !on);
  }

  /** @param {string} kind @param {MediaStreamTrack | null} track */
  async setTrack(kind, track) {
    // A device that is unplugged, or a permission that is taken back: the others would see a still picture.
    track?.addEventListener("ended", () => {
      if (this.tracks.get(kind) === track) {
        void this.setTrack(kind, null);
        this.tell("ended", kind);
      }
    });
    await super.setTrack(kind, track);
  }

  /** Leaves the call, and stops the own tracks. @param {unknown} [failure] why, if it was not wanted */
  leave(failure) {
    if (!this.#left) {
      this.#left = true;
      [...this.#timers, this.#repeat].forEach(clearTimeout);
      this.ends.forEach((end) => end());
      this.signal(undefined, { bye: true });
      this.closePeers();
      [...this.tracks.values(), this.#camera].forEach((track) => track?.stop());
      this.tell("left", failure);
    }
  }
}

/** @param {string} what @param {"getUserMedia" | "getDisplayMedia"} method @param {any} constraints @returns {Promise<MediaStream>} */
export async function capture(what, method, constraints) {
  const devices = navigator.mediaDevices;
  if (!devices?.[method]) {
    throw new AtriumError(
      404,
      `no ${what}: ${isSecureContext ? "this browser has none" : "the page has to be opened over https"}`,
    );
  }
  try {
    return await devices[method](constraints);
  } catch (failure) {
    const { name, message } = /** @type {Error} */ (failure);
    throw new AtriumError(name === "NotAllowedError" ? 403 : 404, `no ${what}: ${message}`);
  }
}
