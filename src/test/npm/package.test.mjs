// The package, as npm packs and installs it.
// node package.test.mjs <folder of the package> <its version> <port>
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

const [, , folder, version, port] = process.argv;
const place = mkdtempSync(path.join(tmpdir(), "atrium-package-"));
process.on("exit", () => rmSync(place, { recursive: true }));

const npm = (...args) => execFileSync("npm", args, { cwd: place, stdio: "pipe", encoding: "utf8" });
const node = (...args) => execFileSync(process.execPath, args, { cwd: place, encoding: "utf8", timeout: 20_000 });

test("the package is complete, installs without others, and connects", () => {
  npm("pack", folder, "--pack-destination", place);
  const [tarball] = readdirSync(place).filter((name) => name.endsWith(".tgz"));
  writeFileSync(path.join(place, "package.json"), "{}");
  npm("install", "--offline", "--no-audit", "--no-fund", `./${tarball}`);
  const installed = path.join(place, "node_modules/atrium-client");
  assert.deepEqual(readdirSync(installed).toSorted(), [
    "LICENSE",
    "README.md",
    "atrium-rtc.d.ts",
    "atrium-rtc.js",
    "atrium.d.ts",
    "atrium.js",
    "package.json",
  ]);
  const described = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8"));
  assert.equal(described.version, version);
  assert.equal(described.dependencies, undefined);
  writeFileSync(
    path.join(place, "talk.mjs"),
    `
    import { connect } from "atrium-client";
    const connection = connect("http://127.0.0.1:${port}/");
    const { offset } = await connection.room("js-package").send("hello");
    await import("atrium-client/rtc");
    console.log("said", offset > 0, typeof connection.peer);
    connection.close();`,
  );
  const flags = globalThis.WebSocket ? [] : ["--experimental-websocket"];
  assert.equal(node(...flags, "--no-warnings", "talk.mjs"), "said true function\n");
});

test("without a WebSocket the package can be imported, and its error names what is missing", () => {
  writeFileSync(
    path.join(place, "bare.mjs"),
    `
    delete globalThis.WebSocket;
    const { connect } = await import("atrium-client");
    try {
      connect("http://127.0.0.1:${port}/");
    } catch (failure) {
      console.log(failure.name, failure.code, failure.message);
    }
    const connection = connect("http://127.0.0.1:${port}/", { transports: ["sse"] });
    await connection.room("js-package").send("hello");
    console.log(connection.state.transport);
    connection.close();`,
  );
  const [error, transport] = node("bare.mjs").split("\n");
  assert.match(error, /^AtriumError 501 .*options\.WebSocket/);
  assert.equal(transport, "sse");
});
