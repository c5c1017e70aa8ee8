// What the tests of the client share.
import assert from "node:assert/strict";
import net from "node:net";
import { afterEach } from "node:test";

export const quick = { backoff: { least: 20, most: 100 } };

export async function until(condition, what) {
  const end = Date.now() + 15_000;
  while (!condition()) {
    assert.ok(Date.now() < end, `in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const isOpen = (connection) =>
  until(() => connection.state.name === "open", `open, and not ${JSON.stringify(connection.state)}`);

/** Properties of the globals that the present test has replaced. @type {Map<string, PropertyDescriptor | undefined>} */
const replaced = new Map();

/** Replaces a global until the test ends, also if it fails: the tests behind it would fail, too. */
export function replaceGlobal(name, value) {
  replaced.has(name) || replaced.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

afterEach(() => {
  for (const [name, property] of replaced) {
    property ? Object.defineProperty(globalThis, name, property) : delete globalThis[name];
  }
  replaced.clear();
});

/** Stands between a client and the server. */
export class Proxy {
  #server;
  #pairs = new Set();
  swallows = false;
  refuses = false;
  /** What becomes of a request by its head: "refuse" answers 400, "tooMany" 429, "page" 200 with a page, "swallow" nothing, and "holdBack" keeps the answer. */
  judge = () => undefined;

  static async to(target) {
    const proxy = new Proxy();
    proxy.#server = net.createServer((near) => {
      if (proxy.refuses) {
        near.destroy();
        return;
      }
      const far = net.connect(target, "127.0.0.1");
      const pair = [near, far];
      proxy.#pairs.add(pair);
      const end = () => {
        proxy.#pairs.delete(pair);
        near.destroy();
        far.destroy();
      };
      let verdict;
      near
        .on("data", (bytes) => {
          verdict = proxy.judge(bytes.toString("latin1")) ?? verdict;
          if (verdict === "refuse") {
            near.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
          } else if (verdict === "tooMany") {
            near.end(
              "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
            );
          } else if (verdict === "page") {
            near.end(
              "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\nLog in",
            );
          } else if (!proxy.swallows && verdict !== "swallow") {
            far.write(bytes);
          }
        })
        .on("error", end)
        .on("close", end);
      far
        .on("data", (bytes) => proxy.swallows || verdict === "holdBack" || near.write(bytes))
        .on("error", end)
        .on("close", end);
    });
    await new Promise((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/`;
  }

  /** Lets a frame arrive that was on its way to the clients of WebSockets. @param {string} text of less than 126 bytes */
  deliver(text) {
    for (const [near] of this.#pairs) {
      near.write(Buffer.concat([Buffer.of(0x81, text.length), Buffer.from(text)]));
    }
  }

  cut() {
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  close() {
    this.cut();
    this.#server.close();
  }
}
