// @ts-check
/** The call of the room: a button that joins it, small pictures of those who take part, and buttons for what it sends. */
import "../atrium-rtc.js";
import { byId, element } from "./element.js";
import { translate } from "./i18n.js";
import { avatar, nameTag } from "./people.js";

/** Small pictures: each participant sends its own to each other one. */
const VIDEO = { width: { ideal: 480 }, height: { ideal: 360 }, frameRate: { max: 24 } };
/** Media in order of preference; without any the others see that this one listens. */
const MEDIA = [{ audio: true, video: VIDEO }, { audio: true }, undefined];

export class CallPanel {
  #button = byId("call-button");
  #panel = byId("call");
  #tiles = byId("tiles");
  #note = byId("call-note");
  #badge = byId("callers");
  #people;
  /** @type {any} */
  #room;
  #endCallers = () => {};
  /** Ids of those in the call, other than this tab. @type {string[]} */
  #callers = [];
  /** @type {any} */
  #call;
  #joining = false;
  #sharing = false;
  /** Whether there is a session to call with. */
  #limited = false;
  /** Tiles by the ids of peers; the own one has an empty id. @type {Map<string, {video: any, name: any, state: any, tile: any, session: string}>} */
  #byId = new Map();
  /** What peers send, by their ids. @type {Map<string, any>} */
  #states = new Map();

  /** @param {(session: string) => any} people finds a member by its session */
  constructor(people) {
    this.#people = people;
    this.#button.addEventListener("click", () => (this.#call ? this.#call.leave() : void this.#join()));
    byId("call-leave").addEventListener("click", () => this.#call?.leave());
    byId("call-mute").addEventListener("click", () => this.#mute("audio"));
    byId("call-camera").addEventListener("click", () => this.#mute("video"));
    byId("call-share").addEventListener("click", () => void this.#share());
    // Phones share no screen.
    byId("call-share").hidden = !navigator.mediaDevices?.getDisplayMedia;
  }

  /** Follows the call of a room. @param {any} room */
  follow(room) {
    this.#endCallers();
    this.#room = room;
    this.#endCallers = room.callers((/** @type {Set<string>} */ ids) => {
      const others = [...ids].filter((id) => id !== this.#call?.id);
      if (!this.#call && this.#callers.length === 0 && others.length > 0) {
        byId("announce").textContent = translate("callBegan");
      }
      this.#callers = others;
      this.#draw();
    });
    this.#callers = [];
    this.#draw();
  }

  /** @param {boolean} limited whether the connection has no session */
  limit(limited) {
    this.#limited = limited;
    this.#draw();
  }

  /** Shows other names of people. */
  rename() {
    this.#byId.forEach(({ name, session }) => session && name.replaceChildren(nameTag(this.#people(session))));
  }

  async #join() {
    if (this.#limited) {
      this.#complain(translate("callLimited"));
      return;
    }
    if (this.#joining) {
      return;
    }
    this.#joining = true;
    this.#button.disabled = true;
    this.#complain("");
    try {
      let missing;
      for (const media of MEDIA) {
        try {
          return this.#joined(await this.#room.call(media), missing);
        } catch (failure) {
          const { code, message } = /** @type {any} */ (failure);
          if (media === undefined || (code !== 403 && code !== 404)) {
            throw failure;
          }
          missing ??= message;
        }
      }
    } catch (failure) {
      this.#complain(translate("callFailed", { reason: /** @type {any} */ (failure).message }));
    } finally {
      this.#joining = false;
      this.#button.disabled = false;
    }
  }

  /** @param {any} call @param {string | undefined} missing why there is no camera, or nothing at all */
  #joined(call, missing) {
    this.#call = call;
    this.#sharing = false;
    this.#panel.hidden = false;
    this.#note.textContent =
      missing === undefined
        ? ""
        : translate(call.tracks.size > 0 ? "callNoCamera" : "callListening", { reason: missing });
    this.#tile("", undefined, call.stream);
    call.on("peer", (/** @type {any} */ peer) => this.#tile(peer.id, peer.session, peer.stream));
    call.on("open", (/** @type {any} */ peer) => peer.send(this.#media()));
    call.on("track", (/** @type {any} */ track, /** @type {any} */ peer) => {
      track.onmute = track.onunmute = () => this.#drawTile(peer.id);
      this.#drawTile(peer.id);
    });
    call.on("message", (/** @type {any} */ data, /** @type {any} */ peer) => {
      this.#states.set(peer.id, data);
      this.#drawTile(peer.id);
    });
    call.on("close", (/** @type {any} */ _, /** @type {any} */ peer) => this.#remove(peer.id));
    call.on("share", (/** @type {boolean} */ shared) => {
      this.#sharing = shared;
      this.#changed();
    });
    call.on("ended", (/** @type {string} */ kind) => {
      this.#note.textContent = translate(kind === "audio" ? "callMicrophoneEnded" : "callCameraEnded");
      this.#changed();
    });
    call.on("left", (/** @type {any} */ failure) => {
      this.#call = undefined;
      [...this.#byId.keys()].forEach((id) => this.#remove(id));
      this.#panel.contains(document.activeElement) && this.#button.focus();
      this.#panel.hidden = true;
      failure && this.#complain(translate("callFailed", { reason: failure.message }));
      this.#draw();
    });
    this.#draw();
    byId("call-leave").focus({ preventScroll: true });
  }

  /** What this tab sends, for the others to show. */
  #media() {
    const { tracks } = this.#call;
    return { audio: !!tracks.get("audio")?.enabled, video: !!tracks.get("video")?.enabled, screen: this.#sharing };
  }

  /** @param {"audio" | "video"} kind */
  #mute(kind) {
    const track = this.#call?.tracks.get(kind);
    if (track) {
      this.#call.mute(kind, track.enabled);
      this.#changed();
    }
  }

  async #share() {
    try {
      await (this.#sharing ? this.#call?.unshare() : this.#call?.share());
    } catch (failure) {
      // Who closes the browser's dialog knows that nothing is shared.
      /** @type {any} */ (failure).code === 403 ||
        (this.#note.textContent = translate("callShareFailed", { reason: /** @type {any} */ (failure).message }));
    }
  }

  #changed() {
    if (this.#call) {
      try {
        this.#call.send(this.#media());
      } catch {
        // A peer that is too slow shows the former state.
      }
      this.#draw();
    }
  }

  /** @param {string} id @param {string | undefined} session undefined for this tab @param {MediaStream} stream */
  #tile(id, session, stream) {
    const video = element("video", { autoplay: true, playsinline: true, "aria-hidden": "true" });
    video.muted = session === undefined;
    video.srcObject = stream;
    video.onresize = () => this.#drawTile(id);
    const name = element(
      "span",
      { class: "tile-name" },
      session === undefined ? translate("you") : nameTag(this.#people(session)),
    );
    const state = element("span", { class: "tile-state" });
    const tile = element(
      "li",
      { class: "tile" },
      avatar(this.#people(session ?? this.#room.connection.state.id)),
      video,
      name,
      state,
    );
    this.#tiles.append(tile);
    this.#byId.set(id, { video, name, state, tile, session: session ?? "" });
    this.#drawTile(id);
  }

  /** @param {string} id */
  #remove(id) {
    const shown = this.#byId.get(id);
    if (shown) {
      shown.video.srcObject = null;
      shown.tile.remove();
    }
    this.#byId.delete(id);
    this.#states.delete(id);
  }

  /** @param {string} id */
  #drawTile(id) {
    const shown = this.#byId.get(id);
    if (!shown) {
      return;
    }
    const media = id === "" ? this.#media() : this.#states.get(id);
    const sends = media?.video && shown.video.srcObject.getVideoTracks().length > 0;
    shown.video.hidden = !sends;
    shown.tile.classList.toggle("screen", !!media?.screen);
    shown.tile.classList.toggle("own", id === "" && !media?.screen);
    shown.state.textContent = !media
      ? translate("callConnecting")
      : !media.audio
        ? translate(this.#listens(id, media) ? "callListens" : "callMuted")
        : "";
  }

  /** @param {string} id @param {any} media */
  #listens(id, media) {
    return (
      !media.video &&
      (id === "" ? this.#call.tracks.size : this.#byId.get(id)?.video.srcObject.getTracks().length) === 0
    );
  }

  #draw() {
    const inCall = this.#call !== undefined;
    const count = this.#callers.length;
    const label = inCall ? translate("callLeave") : count > 0 ? translate("callJoin", { n: count }) : translate("call");
    this.#button.setAttribute("aria-label", label);
    this.#button.title = this.#limited ? translate("callLimited") : label;
    this.#button.classList.toggle("calling", inCall || count > 0);
    this.#badge.textContent = !inCall && count > 0 ? String(count) : "";
    if (inCall) {
      const { audio, video, screen } = this.#media();
      this.#toggle("call-mute", "audio", !audio, audio ? "callMute" : "callUnmute");
      this.#toggle("call-camera", "video", !video, video ? "callCameraOff" : "callCameraOn");
      byId("call-camera").disabled ||= screen;
      byId("call-share").toggleAttribute("data-on", screen);
      say(byId("call-share"), screen ? "callUnshare" : "callShare");
      this.#drawTile("");
    }
  }

  /** @param {string} id @param {string} kind @param {boolean} off @param {string} words */
  #toggle(id, kind, off, words) {
    const button = byId(id);
    button.disabled = !this.#call.tracks.has(kind);
    button.toggleAttribute("data-off", off);
    say(button, words);
  }

  /** @param {string} text */
  #complain(text) {
    byId("hint").textContent = text;
  }
}

/** @param {HTMLElement} button @param {string} words */
function say(button, words) {
  button.title = translate(words);
  button.setAttribute("aria-label", button.title);
}
