// @ts-check
/** Fallback transports: the session protocol over HTTP, where no WebSocket can be opened. */
import { DELAYING_CODES } from "./codes.js";
import { AtriumError, requireSize } from "./errors.js";
import { sizeOf, unframed } from "./frames.js";
import { httpUrl, reachable } from "./http.js";
import { LARGE_BODY, MAX_ATTEMPTS, MAX_STREAMS, pause, POLL_SECONDS, STREAM_TIMEOUT_MILLIS } from "./timing.js";
/** @import { Place } from "./types.ts" */

/** WebSocket interface to the HTTP API: emulates the session protocol. */
export class HttpSocket {
  readyState = 1;
  bufferedAmount = 0;
  /** @type {any} */
  onmessage;
  /** @type {any} */
  onclose;
  #url;
  #streaming;
  #timeout;
  #headers = {};
  /** Bytes of the largest body that the server accepts. */
  #maxPayload = Infinity;
  /** Aborts the reading of a room. @type {Map<string, AbortController>} */
  #rooms = new Map();
  /** Idempotency keys of messages that have to be sent again before others, by room. @type {Map<string, string>} */
  #rejected = new Map();
  /** The last send, for which the next one waits. @type {Promise<any>} */
  #sent = Promise.resolve();

  /** @param {string} url @param {boolean} streaming @param {number} timeout */
  constructor(url, streaming, timeout) {
    this.#url = url;
    this.#streaming = streaming;
    this.#timeout = timeout;
    this.#emitIfReachable({ event: "@welcome", data: { id: "" } });
  }

  /** @param {any} frame */
  async #emitIfReachable(frame) {
    this.#maxPayload = await reachable(this.#url);
    this.#maxPayload ? this.#emit(frame) : this.close(1006);
  }

  /** @param {any} frame */
  #emit(frame) {
    this.readyState === 1 && this.onmessage({ data: frame });
  }

  close(code = 1000, reason = "") {
    if (this.readyState === 1) {
      this.readyState = 3;
      // Each finds itself gone: what it waits for ends after this.
      this.#rooms.forEach((stop) => stop.abort());
      this.#rooms.clear();
      this.onclose({ code, reason });
    }
  }

  /** @param {any} frame */
  send(frame) {
    if (frame === "ping") {
      this.#emitIfReachable("pong");
      return;
    }
    const { seq, cmd, params, data } = unframed(frame);
    let replied = false;
    const reply = (/** @type {any} */ body) => {
      replied = true;
      this.#emit({ seq, code: 200, body });
    };
    this.#run(cmd, params, data, reply).catch((failure) => {
      const { code = 400, message } = failure;
      if (code === 401 && cmd !== "auth") {
        // Reconnects with another token, if there was one.
        this.close("Authorization" in this.#headers ? 1006 : 4401, message);
      } else if (replied || !(failure instanceof AtriumError || failure instanceof URIError)) {
        this.close(1006, message);
      } else {
        // Also for a name with half of a surrogate pair, which no URL can have: on the next connection it would fail again.
        this.#emit({ seq, code, error: message });
      }
    });
  }

  /** @param {string} cmd @param {any} params @param {any} bytes @param {(body: any) => void} reply */
  async #run(cmd, { room, event, idempotency, since, presence, token, ...query }, bytes, reply) {
    const path = `/rooms/${encodeURIComponent(room)}`;
    if (cmd === "auth") {
      this.#headers = { Authorization: `Bearer ${token}` };
      try {
        this.#maxPayload = (await (await this.#fetch("/rooms", { limit: 1 })).json()).maxPayload ?? Infinity;
      } catch (failure) {
        if (/** @type {any} */ (failure).code !== 403) {
          throw failure;
        }
      }
      reply({});
    } else if (cmd === "join") {
      await this.#follow(room, path, since, (body) => {
        reply(body);
        presence && this.#emit({ event: "@error", room, data: { code: 501, error: "presence needs a WebSocket" } });
      });
    } else if (cmd === "leave") {
      const stop = this.#rooms.get(room);
      this.#rooms.delete(room);
      stop?.abort();
      reply({ room });
    } else if (cmd === "send" && room !== undefined) {
      const headers = {
        "Content-Type": bytes ? "application/octet-stream" : "application/json",
        ...(idempotency && { "Idempotency-Key": idempotency }),
      };
      const body = bytes ?? JSON.stringify(query.data ?? null);
      requireSize(sizeOf(body), this.#maxPayload);
      if (query.volatile) {
        await this.#fetch(path, { event, volatile: true, to: query.to }, { method: "POST", headers, body });
        reply(undefined);
        return;
      }
      const sent = this.#sent.then(async () => {
        const first = this.#rejected.get(room);
        if (first !== undefined && first !== idempotency) {
          throw new AtriumError(424, "");
        }
        this.#rejected.delete(room);
        try {
          return await (await this.#post(path, { event }, { method: "POST", headers, body })).json();
        } catch (failure) {
          if (!(failure instanceof AtriumError)) {
            // At once: the next message in the row would overtake this one. Also for an answer that is the page of a portal.
            this.close(1006);
          } else if (DELAYING_CODES.has(failure.code)) {
            this.#rejected.set(room, idempotency);
          }
          throw failure;
        }
      });
      this.#sent = sent.catch(() => {});
      reply(await sent);
    } else if (cmd === "members" || cmd === "history") {
      reply(await (await this.#fetch(path + (cmd === "members" ? "/members" : "/messages"), query)).json());
    } else {
      throw new AtriumError(501, `${cmd} needs a WebSocket`);
    }
  }

  /**
   * Posts a message. A proxy refuses a body that is too large for it with an answer that a page of another origin cannot read: sent again on each
   * connection, it would block all messages behind it.
   * @param {string} path @param {any} query @param {{method: string, headers: object, body: any}} init
   */
  async #post(path, query, init) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#fetch(path, query, init);
      } catch (failure) {
        const size = sizeOf(init.body);
        if (failure instanceof AtriumError || size < LARGE_BODY || !(await reachable(this.#url))) {
          throw failure;
        }
        if (attempt === MAX_ATTEMPTS) {
          throw new AtriumError(413, `${size} bytes are refused on the way`);
        }
      }
    }
  }

  /** @param {string} room @param {string} path @param {any} since @param {(body: any) => void} reply */
  async #follow(room, path, since, reply) {
    if (this.#rooms.has(room)) {
      // The stream goes on from where it is.
      reply({ room, ...since, recovered: true });
      return;
    }
    const stop = new AbortController();
    this.#rooms.set(room, stop);
    let joined = false;
    /** @type {any} */
    let watchdog;
    const resetWatchdog = (/** @type {number} */ millis) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => stop.abort(), millis);
    };
    try {
      const frames =
        this.#streaming && this.#rooms.size <= MAX_STREAMS
          ? this.#stream(path, since, stop.signal, resetWatchdog)
          : this.#poll(room, path, since, stop.signal, resetWatchdog);
      for await (const frame of frames) {
        if (this.#rooms.get(room) !== stop) {
          break;
        }
        joined ||= frame.event === "@welcome";
        frame.event === "@welcome" ? reply({ room, ...frame.data }) : this.#emit(frame);
      }
      // The stream has ended. The error has no message, because the connection closes without a reason.
      throw new Error();
    } catch (failure) {
      // A failure of a room that was left is ignored.
      if (this.#rooms.get(room) === stop) {
        this.#rooms.delete(room);
        throw failure;
      } else if (!joined) {
        throw new AtriumError(410, "the room was left");
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** @param {string} path @param {any} since @param {AbortSignal} signal @param {(millis: number) => void} resetWatchdog @returns {AsyncGenerator<any>} */
  async *#stream(path, since, signal, resetWatchdog) {
    // A proxy that buffers the stream passes on nothing at all.
    resetWatchdog(this.#timeout / 2);
    const { body } = await this.#fetch(
      path,
      { after: formatPosition(since) },
      { headers: { Accept: "text/event-stream" }, signal },
    );
    const reader = /** @type {any} */ (body).pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      resetWatchdog(STREAM_TIMEOUT_MILLIS);
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.startsWith("data:")) {
          yield JSON.parse(line.slice(5));
        }
      }
    }
  }

  /** @param {string} room @param {string} path @param {any} since @param {AbortSignal} signal @param {(millis: number) => void} resetWatchdog @returns {AsyncGenerator<any>} */
  async *#poll(room, path, since, signal, resetWatchdog) {
    let known = since;
    resetWatchdog(this.#timeout);
    if (!since) {
      known = await (await this.#fetch(path, {}, { headers: { Accept: "application/json" }, signal })).json();
      yield { event: "@welcome", data: { epoch: "", ...known, recovered: false } };
    }
    for (let returning = !!since; ; returning = false) {
      const wait = returning || this.#rooms.size > MAX_STREAMS ? undefined : POLL_SECONDS;
      resetWatchdog(this.#timeout + (wait ?? 0) * 1000);
      const { messages, ...head } = await (
        await this.#fetch(`${path}/messages`, { after: formatPosition(known), wait, limit: 1000 }, { signal })
      ).json();
      // Messages that arrive with a gap follow it.
      const now = { ...head, offset: head.recovered || !messages[0] ? head.offset : messages[0].offset - 1 };
      if (returning || !now.recovered) {
        yield { event: returning ? "@welcome" : "@gap", room, data: now };
      }
      yield* messages;
      known = head;
      if (!returning && !wait) {
        // All rooms together poll twice a second.
        await pause(500 * this.#rooms.size);
      }
    }
  }

  /** @param {string} path @param {any} [query] @param {any} [init] */
  async #fetch(path, query, init) {
    if (this.readyState !== 1) {
      throw new Error();
    }
    const response = await fetch(httpUrl(this.#url, path, query), {
      // A slow network needs a second for eight kilobytes.
      signal: AbortSignal.timeout(this.#timeout + (sizeOf(init?.body ?? "") >> 3)),
      ...init,
      headers: { ...this.#headers, ...init?.headers },
    });
    if (!response.ok) {
      const problem = await response.json().catch(() => ({}));
      // What proxies answer while they have no server, as Cloudflare does with 520 and more.
      const passes = /50[24]|5[23]./.test(/** @type {any} */ (response.status));
      throw new AtriumError(passes ? 503 : response.status, problem.detail ?? response.statusText);
    }
    return response;
  }
}

/** @param {Place | undefined} position */
function formatPosition(position) {
  return position && `${position.epoch ?? ""}:${position.offset}`;
}
