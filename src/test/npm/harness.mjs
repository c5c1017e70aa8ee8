// What the tests of the client share.
import assert from "node:assert/strict";

export const quick = { backoff: { least: 20, most: 100 } };

export async function until(condition, what) {
  const end = Date.now() + 15_000;
  while (!condition()) {
    assert.ok(Date.now() < end, `in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const isOpen = (connection) => until(() => connection.state.name === "open", `open, and not ${JSON.stringify(connection.state)}`);
