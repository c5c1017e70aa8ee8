// @ts-check
/** A file that somebody has sent, in the log: what it is, its picture if it is a safe one, and a way to get it. */
import { element } from "./element.js";
import { percent, say, size } from "./i18n.js";

/** Formats of which browsers run nothing; SVG and HTML are documents with scripts. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);
/** Beyond it a picture is fetched only if somebody asks. */
const MOST_PREVIEW = 10 * 1024 * 1024;

/** How files are fetched. */
export class Files {
  /** @type {any} */
  room;
  /** Whether the server would refuse a plain link, which carries no token. */
  needsToken = () => false;
  /** Puts a picture in its place. */
  insert = (/** @type {() => void} */ change) => change();
  /** Pictures are fetched when they come into sight. */
  #sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        this.#sight.unobserve(target);
        this.#pictures.get(target)?.();
      }
    }
  }, { rootMargin: "400px" });
  /** @type {WeakMap<Element, () => void>} */
  #pictures = new WeakMap();
  /** URLs of blobs, which are kept until they are revoked. @type {WeakMap<Element, string>} */
  #urls = new WeakMap();

  /** The file's own URL, if it is one of this server. @param {any} file */
  address(file) {
    if (typeof file.url !== "string" || !URL.canParse(file.url, location.href)) {
      return undefined;
    }
    const url = new URL(file.url, location.href);
    return url.origin === location.origin ? url.href : undefined;
  }

  /** Whether it comes over the connection; else the browser fetches it by itself. */
  get byConnection() {
    return typeof this.room?.download === "function";
  }

  /** @param {HTMLElement} frame @param {any} file */
  preview(frame, file) {
    this.#pictures.set(frame, async () => {
      try {
        const url = this.byConnection ? await this.#blobUrl(frame, file) : this.address(file);
        if (url === undefined) {
          return;
        }
        const picture = element("img", { src: url, alt: file.name ?? "" });
        // Its size is known then, and nobody's line jumps.
        await picture.decode();
        this.insert(() => frame.replaceChildren(picture));
      } catch {
        // The card says what it is, and how to get it.
        this.insert(() => frame.remove());
      }
    });
    this.#sight.observe(frame);
  }

  /** @param {HTMLElement} owner @param {any} file */
  async #blobUrl(owner, file) {
    const received = await this.room.download(file.id);
    // What its sender says it is, if it is on the list: never what could run.
    const url = URL.createObjectURL(new Blob([received], { type: PICTURES.has(file.type) ? file.type : "application/octet-stream" }));
    this.#urls.set(owner, url);
    return url;
  }

  /** Fetches it over the connection and hands it to the browser to keep. @param {any} file @param {(share: number) => void} progress */
  async save(file, progress) {
    const received = await this.room.download(file.id, { onProgress: (/** @type {any} */ { done, total }) => progress(total > 0 ? done / total : 1) });
    const url = URL.createObjectURL(new Blob([received], { type: "application/octet-stream" }));
    element("a", { href: url, download: file.name ?? "" }).click();
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  /** A line goes: its pictures go with it. @param {HTMLElement} node */
  forget(node) {
    for (const frame of node.querySelectorAll(".picture")) {
      this.#sight.unobserve(frame);
      const url = this.#urls.get(frame);
      url !== undefined && URL.revokeObjectURL(url);
    }
  }
}

/** @param {any} data of the event `@file` @param {Files} files @returns {HTMLElement} */
export function fileCard(data, files) {
  const file = data ?? {};
  const title = String(file.name ?? file.id ?? "");
  const card = element("div", { class: "file", role: "group", "aria-label": say("file", { name: title }) });
  if (PICTURES.has(file.type) && file.size <= MOST_PREVIEW) {
    const frame = element("div", { class: "picture" });
    card.append(frame);
    files.preview(frame, file);
  }
  card.append(element("div", { class: "about" },
    element("bdi", { class: "filename" }, title), element("span", { class: "quiet" }, size(Number(file.size) || 0)), wayToGet(file, title, files)));
  return card;
}

/** @param {any} file @param {string} title @param {Files} files */
function wayToGet(file, title, files) {
  const url = files.address(file);
  if (url !== undefined && !(files.needsToken() && files.byConnection)) {
    // The browser writes it to the disk as it comes, however large it is.
    return element("a", { class: "button", href: url, download: title }, say("download"));
  }
  if (!files.byConnection) {
    return element("span", { class: "quiet" }, say("noFiles"));
  }
  const button = element("button", { type: "button" }, say("download"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await files.save(file, (share) => (button.textContent = say("downloading", { percent: percent(share) })));
      button.textContent = say("download");
    } catch (failure) {
      button.textContent = say("downloadFailed", { reason: failure instanceof Error ? failure.message : String(failure) });
    }
    button.disabled = false;
  });
  return button;
}
