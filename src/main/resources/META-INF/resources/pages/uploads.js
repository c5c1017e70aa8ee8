// @ts-check
/** Uploads: by button, dropped or pasted. */
import { byId, element, withdraw } from "./element.js";
import { percent, translate, size } from "./i18n.js";

/** Files that are sent at a time: a worker reads each of them, and a phone has no memory for that of a hundred. */
const MAX_SENDING = 3;
/** How long a failure is shown. */
const SHOWN_MILLIS = 15_000;

/** @param {unknown} failure @param {boolean} limited */
function inWords(failure, limited) {
  const { code, message } = /** @type {any} */ (failure);
  switch (code) {
    case 404:
    case 501:
      return translate(limited ? "limitedNoFiles" : "noFiles");
    case 413:
      return translate("tooLarge", { reason: message });
    case 507:
      return translate("storageFull");
    default:
      return translate("uploadFailed", { reason: message || String(failure) });
  }
}

/** @param {{phase: string, done: number, total: number}} progress */
function phase({ phase: name, done, total }) {
  return name === "hashing"
    ? translate("hashing", { percent: percent(total > 0 ? done / total : 1) })
    : name === "verifying"
      ? translate("verifying")
      : translate("sending", { done: size(done), total: size(total) });
}

export class Uploads {
  #limited = false;
  /** @type {{file: File, item: any, bar: any, state: any, stop: AbortController}[]} */
  #waiting = [];
  #sending = 0;

  /** @param {() => any} room returns the current room */
  constructor(room) {
    this.room = room;
    this.list = byId("uploads");
    const input = byId("file");
    byId("attach").addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.send([...input.files]);
      // Otherwise the same file could not be chosen again.
      input.value = "";
    });
    this.#takeDrops(byId("main"), byId("drop"));
  }

  /** Whether the connection can carry no files. @param {boolean} limited */
  limit(limited) {
    this.#limited = limited;
    const button = byId("attach");
    button.disabled = limited;
    button.title = translate(limited ? "limitedNoFiles" : "attach");
  }

  /** @param {File[]} files */
  send(files) {
    this.#waiting.push(...files.map((file) => this.#list(file)));
    while (this.#sending < MAX_SENDING && this.#waiting.length > 0) {
      void this.#sendWaiting();
    }
  }

  async #sendWaiting() {
    this.#sending++;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.stop.signal.aborted || (await this.#send(next));
    }
    this.#sending--;
  }

  /** @param {File} file */
  #list(file) {
    const stop = new AbortController();
    const bar = element("progress", { max: 1, value: 0, "aria-label": translate("upload", { name: file.name }) });
    const state = element("span", { class: "quiet" }, translate("waiting"));
    const cancel = element(
      "button",
      {
        type: "button",
        "aria-label": `${translate("cancel")}: ${file.name}`,
        click: () => (stop.abort(), withdraw(item)),
      },
      translate("cancel"),
    );
    const item = element("li", {}, element("bdi", { class: "filename" }, file.name), bar, state, cancel);
    this.list.append(item);
    return { file, item, bar, state, stop };
  }

  /** @param {{file: File, item: any, bar: any, state: any, stop: AbortController}} upload */
  async #send({ file, item, bar, state, stop }) {
    try {
      const room = this.room();
      if (this.#limited || typeof room?.upload !== "function") {
        throw Object.assign(new Error(), { code: 501 });
      }
      await room.upload(file, {
        signal: stop.signal,
        onProgress: (/** @type {any} */ progress) => {
          bar.value = progress.total > 0 ? progress.done / progress.total : 1;
          state.textContent = phase(progress);
        },
      });
      withdraw(item);
    } catch (failure) {
      if (stop.signal.aborted) {
        return;
      }
      item.classList.add("failed");
      item.replaceChildren(
        element("bdi", { class: "filename" }, file.name),
        element("span", { role: "alert" }, inWords(failure, this.#limited)),
        element(
          "button",
          { type: "button", "aria-label": `${translate("close")}: ${file.name}`, click: () => withdraw(item) },
          "×",
        ),
      );
      setTimeout(() => withdraw(item), SHOWN_MILLIS);
    }
  }

  /** @param {HTMLElement} area @param {HTMLElement} sign */
  #takeDrops(area, sign) {
    const withFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
    // Enter and leave are emitted for each element that is crossed.
    let depth = 0;
    const show = (/** @type {number} */ to) => {
      depth = Math.max(0, to);
      sign.hidden = depth === 0;
    };
    area.addEventListener("dragenter", (event) => withFiles(event) && (event.preventDefault(), show(depth + 1)));
    area.addEventListener("dragleave", (event) => withFiles(event) && show(depth - 1));
    // Beside the area, too: otherwise the browser leaves the page to show the file.
    addEventListener("dragover", (event) => withFiles(event) && event.preventDefault());
    addEventListener("drop", (event) => {
      if (withFiles(event)) {
        event.preventDefault();
        show(0);
        this.send([...(event.dataTransfer?.files ?? [])]);
      }
    });
  }
}
