// @ts-check
/** Card of a file in the log: its name, a preview of a safe picture, and a download. */
import { root } from "./address.js";
import { element } from "./element.js";
import { percent, translate, size } from "./i18n.js";
import { viewPicture } from "./viewer.js";

/** Image formats without scripts; SVG and HTML are documents that can run some. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);
/** Maximum size of a picture that is downloaded for a preview. */
const MAX_PREVIEW_BYTES = 10 * 1024 * 1024;

/** Downloads of files. */
export class Files {
  /** @type {any} */
  room;
  /** The token, without which the server would reject a plain link; empty if there is none. */
  token = () => "";
  /** Whether the connection carries no files: they are downloaded over HTTP. */
  limited = false;
  /** Inserts a picture into the log. */
  insert = (/** @type {() => void} */ change) => change();
  /** Pictures are downloaded when they become visible. */
  #sight = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) {
          this.#sight.unobserve(target);
          this.#pictures.get(target)?.();
        }
      }
    },
    { rootMargin: "400px" },
  );
  /** @type {WeakMap<Element, () => void>} */
  #pictures = new WeakMap();
  /** URLs of blobs, which are kept until they are revoked. @type {WeakMap<Element, string>} */
  #urls = new WeakMap();

  /** The file's own URL, if it is one of this server, which names the path without that of a proxy. @param {any} file */
  address(file) {
    const path = typeof file.url === "string" ? file.url.replace(/^\//, () => root) : undefined;
    if (path === undefined || !URL.canParse(path, location.href)) {
      return undefined;
    }
    const url = new URL(path, location.href);
    return url.origin === location.origin ? url.href : undefined;
  }

  /** Whether files are downloaded over the connection; otherwise the browser downloads them by itself. */
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
        // Decoded first, so that its size is known and no line moves.
        await picture.decode();
        const open = element(
          "button",
          {
            type: "button",
            "aria-label": translate("openPicture", { name: file.name ?? "" }),
            click: () => viewPicture(picture),
          },
          picture,
        );
        this.insert(() => frame.replaceChildren(open));
      } catch {
        // The card still shows the name and a download.
        this.insert(() => frame.remove());
        this.#revoke(frame);
      }
    });
    this.#sight.observe(frame);
  }

  /** @param {any} file @param {(progress: any) => void} [onProgress] @returns {Promise<Blob>} */
  async #bytes(file, onProgress) {
    if (!this.limited) {
      return this.room.download(file.id, { onProgress });
    }
    const response = await fetch(this.address(file) ?? "", {
      headers: this.token() === "" ? {} : { Authorization: `Bearer ${this.token()}` },
    });
    if (!response.ok) {
      throw new Error(response.statusText);
    }
    return response.blob();
  }

  /** @param {HTMLElement} owner @param {any} file */
  async #blobUrl(owner, file) {
    const received = await this.#bytes(file);
    // The sender's type only if it is on the list: never a type that could run scripts.
    const url = URL.createObjectURL(
      new Blob([received], { type: PICTURES.has(file.type) ? file.type : "application/octet-stream" }),
    );
    this.#urls.set(owner, url);
    if (!owner.isConnected) {
      // Its line was removed while the picture was downloaded.
      this.#revoke(owner);
    }
    return url;
  }

  /** Downloads a file over the connection, and saves it through the browser. @param {any} file @param {(share: number) => void} progress */
  async save(file, progress) {
    const received = await this.#bytes(file, (/** @type {any} */ { done, total }) =>
      progress(total > 0 ? done / total : 1),
    );
    const url = URL.createObjectURL(new Blob([received], { type: "application/octet-stream" }));
    element("a", { href: url, download: file.name ?? "" }).click();
    // By then the browser reads the blob.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  /** Releases the pictures of a line that is removed. @param {HTMLElement} node */
  release(node) {
    for (const frame of node.querySelectorAll(".picture")) {
      this.#sight.unobserve(frame);
      this.#revoke(frame);
    }
  }

  /** @param {Element} frame */
  #revoke(frame) {
    const url = this.#urls.get(frame);
    url !== undefined && URL.revokeObjectURL(url);
    this.#urls.delete(frame);
  }
}

/** @param {any} data of the event `@file` @param {Files} files @returns {HTMLElement} */
export function fileCard(data, files) {
  const file = data ?? {};
  const title = String(file.name ?? file.id ?? "");
  const card = element("div", { class: "file", role: "group", "aria-label": translate("file", { name: title }) });
  if (PICTURES.has(file.type) && file.size <= MAX_PREVIEW_BYTES) {
    const frame = element("div", { class: "picture" });
    card.append(frame);
    files.preview(frame, file);
  }
  card.append(
    element(
      "div",
      { class: "about" },
      element("bdi", { class: "filename" }, title),
      element("span", { class: "quiet" }, size(Number(file.size) || 0)),
      downloadControl(file, title, files),
    ),
  );
  return card;
}

/** @param {any} file @param {string} title @param {Files} files */
function downloadControl(file, title, files) {
  const url = files.address(file);
  if (url !== undefined && !(files.token() !== "" && files.byConnection)) {
    // The browser writes it to the disk while it arrives, however large it is.
    return element("a", { class: "button", href: url, download: title }, translate("download"));
  }
  if (!files.byConnection) {
    return element("span", { class: "quiet" }, translate("noFiles"));
  }
  const button = element("button", { type: "button" }, translate("download"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await files.save(file, (share) => (button.textContent = translate("downloading", { percent: percent(share) })));
      button.textContent = translate("download");
    } catch (failure) {
      button.textContent = translate("downloadFailed", {
        reason: failure instanceof Error ? failure.message : String(failure),
      });
    }
    button.disabled = false;
  });
  return button;
}
