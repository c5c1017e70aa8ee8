// @ts-check
/** Files: uploads and downloads in chunks. */
import { throwIfAborted } from "./abort.js";
import { TRANSIENT_CODES } from "./codes.js";
import { AtriumError } from "./errors.js";
import { HASHER, sha256 } from "./sha256.js";
import { MAX_CHUNKS, pause, RECHECK_MILLIS, RETRY_MILLIS } from "./timing.js";
import { OWN_WORKERS } from "./workers.js";
/** @import { SignalLike, State, TransferOptions } from "./types.ts" */

/** @typedef {Parameters<NonNullable<TransferOptions["onProgress"]>>[0]["phase"]} Phase */

/** Transfer of a file, over any number of reconnects. */
export class Transfer {
  #connection;
  #room;
  #report;
  /** @type {SignalLike | undefined} */
  #signal;

  /** @param {{readonly state: State, request(cmd: string, params: object, bytes?: Uint8Array): Promise<any>}} connection @param {string} room @param {TransferOptions} options */
  constructor(connection, room, { onProgress, signal }) {
    this.#connection = connection;
    this.#room = room;
    this.#report = (/** @type {Phase} */ phase, /** @type {number} */ done, /** @type {number} */ total) =>
      onProgress?.({ phase, done, total });
    this.#signal = signal;
  }

  /** @param {any} blob @param {string} [name] @param {string} [type] */
  async upload(blob, name = blob.name ?? "file", type = blob.type) {
    const { size } = blob;
    const described = { room: this.#room, name, size, type, sha256: await this.#digest(blob, "hashing") };
    let file = "";
    let digestRetried = false;
    const abort = () => file && this.#connection.request("file.abort", { file }).catch(() => {});
    this.#signal?.addEventListener("abort", abort);
    return this.#retry(async () => {
      try {
        const status = await (file ? this.#command("status", { file }) : this.#command("open", described));
        const { chunk, missing } = status;
        file = status.file;
        // Meanwhile: otherwise the server would keep it as one of the unfinished uploads that it allows.
        this.#signal?.aborted && abort();
        let done = missing.reduce(
          (/** @type {number} */ sum, /** @type {number[]} */ [first, last]) =>
            sum + first * chunk - Math.min(size, (last + 1) * chunk),
          size,
        );
        await this.#each(missing, async (index) => {
          const bytes = new Uint8Array(await blob.slice(index * chunk, (index + 1) * chunk).arrayBuffer());
          await this.#command("write", { file, index }, bytes);
          this.#report("sending", (done += bytes.length), size);
        });
        if (missing.length > 0) {
          // One reply may not list all missing chunks.
          return;
        }
        this.#report("verifying", size, size);
        return await this.#command("close", { file });
      } catch (failure) {
        const { code } = /** @type {AtriumError} */ (failure);
        if (file && code === 404) {
          // The server has deleted the abandoned upload.
          file = "";
        } else if (code === 422 && !digestRetried) {
          digestRetried = true;
        } else {
          throw failure;
        }
      }
    });
  }

  /** @param {string} file */
  async download(file) {
    // Blobs, because a browser may keep them on its disk.
    /** @type {Blob[]} */
    const chunks = [];
    let done = 0;
    const fileInRoom = { file, room: this.#room };
    const { sha256, size, type, chunk } = await this.#retry(() => this.#command("status", fileInRoom));
    await this.#retry(async () => {
      await this.#each([[0, Math.ceil(size / chunk) - 1]], async (index) => {
        if (!chunks[index]) {
          const { data } = await this.#command("read", { ...fileInRoom, index });
          done += chunks[index] ? 0 : data.length;
          chunks[index] = new Blob([data]);
          this.#report("receiving", done, size);
        }
      });
      return true;
    });
    // Otherwise a page that opens the file would run a script of its sender.
    const blob = new Blob(chunks, {
      type: /^(image\/(?!svg)|audio|video|text\/plain)/.test(type) ? type : "application/octet-stream",
    });
    if ((await this.#digest(blob, "verifying")) !== sha256) {
      throw new AtriumError(422, `file ${file}: what arrived has another SHA-256`);
    }
    return blob;
  }

  /** @param {string} what @param {object} params @param {Uint8Array} [bytes] */
  #command(what, params, bytes) {
    throwIfAborted(this.#signal);
    return this.#connection.request(`file.${what}`, params, bytes);
  }

  /** Repeats the work until it has a result; failures that pass are retried. @param {() => Promise<any>} work */
  async #retry(work) {
    while (true) {
      try {
        const result = await work();
        if (result !== undefined) {
          return result;
        }
      } catch (failure) {
        // A local file that can no longer be read fails with a code, too.
        if (
          this.#connection.state.name === "closed" ||
          !(failure instanceof AtriumError && TRANSIENT_CODES.has(failure.code))
        ) {
          throw failure;
        }
        await pause(failure.code === 0 ? RECHECK_MILLIS : RETRY_MILLIS);
      }
    }
  }

  /** Works on several chunks at a time, which are taken from one generator; the first failure ends it. @param {number[][]} ranges @param {(index: number) => Promise<void>} work */
  async #each(ranges, work) {
    const indices = (function* () {
      for (let [index, last] of ranges) {
        while (index <= last) {
          yield index++;
        }
      }
    })();
    await Promise.all(
      Array.from({ length: MAX_CHUNKS }, async () => {
        for (const index of indices) {
          await work(index);
        }
      }),
    );
  }

  /** Computes the SHA-256, in a worker if possible. @param {Blob} blob @param {Phase} phase @returns {Promise<string>} */
  #digest(blob, phase) {
    throwIfAborted(this.#signal);
    const report = (/** @type {number} */ done) => this.#report(phase, done, blob.size);
    /** @type {Worker | undefined} */
    let worker;
    return new Promise((resolve, reject) => {
      if (!OWN_WORKERS) {
        throw undefined;
      }
      worker = new Worker(import.meta.url, { type: "module", name: HASHER });
      worker.onmessage = ({ data }) => (typeof data === "string" ? resolve(data) : report(data));
      worker.onerror = reject;
      this.#signal?.addEventListener("abort", reject);
      worker.postMessage(blob);
      // No workers, a module of another origin, or a content security policy.
    })
      .catch(() => sha256(blob, report, this.#signal))
      .finally(() => worker?.terminate());
  }
}
