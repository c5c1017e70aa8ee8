// @ts-check
/** ICE servers of a connection's server. */

/** Time after which a server without an answer is asked for ICE servers again. */
const RETRY_SECONDS = 10;

/** @type {WeakMap<any, {until: number, servers: Promise<any[]>}>} */
const known = new WeakMap();

/** Returns the server's ICE servers, which are asked for again before their credentials expire. @param {any} connection @returns {Promise<any[]>} */
export function iceServers(connection) {
  let entry = known.get(connection);
  if (!entry || entry.until < Date.now()) {
    const request = async () => {
      try {
        const { iceServers, ttl } = await (await connection.fetch("/rtc/ice")).json();
        made.until = Date.now() + (ttl || RETRY_SECONDS) * 800;
        return Array.isArray(iceServers) ? iceServers : [];
      } catch {
        made.until = Date.now() + RETRY_SECONDS * 1000;
        return [];
      }
    };
    const made = { until: Infinity, servers: Promise.resolve().then(request) };
    known.set(connection, (entry = made));
  }
  return entry.servers;
}
