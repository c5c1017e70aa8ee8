/** A client that talks and one that listens, on a network that fails again and again. */
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Data that no compression makes small. */
function large(bytes) {
  let data = "";
  while (data.length < bytes) {
    data += Math.random().toString(36).slice(2);
  }
  return data;
}

/**
 * Sends numbers in a room at a steady pace, and some messages that are too large for the network, until all are acknowledged or
 * rejected, and the listener has received the last one.
 * @returns what the listener received, what was rejected by its number (-1 for too large ones), the gaps, and each change of a
 *     client's state with its time
 */
export async function talk(connect, url, { room, messages, pace, tooLarge, ...options }) {
  const report = { received: [], rejected: [], gaps: 0, states: [] };
  const open = (who) => {
    const connection = connect(url, { ...options, queue: messages });
    connection.on("state", ({ name, transport, code }) =>
      report.states.push({ who, at: Date.now(), name, transport, code }),
    );
    return connection;
  };
  const talker = open("talker");
  const listener = open("listener");
  let end;
  const ended = new Promise((resolve) => (end = resolve));
  const heard = listener.room(room);
  heard.on("message", (data) => (data === "end" ? end() : report.received.push(data)));
  heard.on("@gap", () => report.gaps++);
  const said = talker.room(room);
  while (talker.state.name !== "open" || listener.state.name !== "open") {
    await pause(10);
  }
  const sends = [];
  const send = (number, data) =>
    sends.push(said.send(data).catch(({ code }) => report.rejected.push({ number, code })));
  for (let number = 0; number < messages; number++) {
    send(number, number);
    if (tooLarge.includes(number)) {
      send(-1, large(200_000));
    }
    await pause(pace);
  }
  await Promise.all(sends);
  await said.send("end");
  await Promise.race([ended, pause(20_000)]);
  // The last message may have come over a fallback, while the client has yet to try a WebSocket again.
  for (let i = 0; i < 500 && [talker, listener].some(({ state }) => state.transport !== "websocket"); i++) {
    await pause(20);
  }
  report.queued = talker.queued;
  talker.close();
  listener.close();
  return report;
}
