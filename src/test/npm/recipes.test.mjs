// Components of docs/recipes.md, built as they are written there, in a document without a browser.
// node --experimental-websocket --conditions browser recipes.test.mjs <atrium.js> <recipes.md> <port>
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { JSDOM } from "jsdom";
import { isOpen, quick } from "./harness.mjs";

const [, , script, recipes, port] = process.argv;
const directory = mkdtempSync(join(import.meta.dirname, "recipes-"));
const client = pathToFileURL(script).href;
const { window } = new JSDOM("<!doctype html><body></body>", {
  url: `http://127.0.0.1:${port}/`,
  pretendToBeVisual: true,
});
for (const name of [
  "document",
  "Node",
  "Element",
  "HTMLElement",
  "SVGElement",
  "HTMLMediaElement",
  "Text",
  "Comment",
  "MutationObserver",
  "requestAnimationFrame",
  "navigator",
]) {
  globalThis[name] = window[name];
}
globalThis.window = window;

const { connect } = await import(client);
const onlooker = connect(`http://127.0.0.1:${port}/`, quick);
after(() => {
  onlooker.close();
  window.close();
  rmSync(directory, { recursive: true });
});

/** Compilers of the files that Node does not run as they are. */
const compilers = {
  js: (code) => code,
  jsx: async (code) =>
    (await import("typescript")).default.transpileModule(code, { compilerOptions: { jsx: 4, module: 99, target: 99 } })
      .outputText,
  vue: async (code) => {
    const { compileScript, parse } = await import("vue/compiler-sfc");
    return compileScript(parse(code).descriptor, { id: "chat", inlineTemplate: true }).content;
  },
  "svelte.js": async (code) =>
    (await import("svelte/compiler")).compileModule(code, { filename: "room.svelte.js" }).js.code,
  svelte: async (code) => (await import("svelte/compiler")).compile(code, { filename: "Chat.svelte" }).js.code,
};

/** Writes the files of a chapter to a directory, compiled, and returns its component and its connection. */
async function built(chapter) {
  const text = readFileSync(recipes, "utf8");
  const shared = text.slice(0, text.indexOf("\n## "));
  const own = text.split("\n## ").find((each) => each.startsWith(`${chapter}\n`));
  const target = join(directory, chapter);
  mkdirSync(target);
  let component;
  for (const [, name, code] of (shared + own).matchAll(/```\w+\n(?:\/\/|<!--) (\S+)(?: -->)?\n([\s\S]*?)```/g)) {
    const extension = name.slice(name.indexOf(".") + 1);
    const compiled = (await compilers[extension](code))
      .replace('"atrium-client"', JSON.stringify(client))
      .replace("localhost:8080", `127.0.0.1:${port}`);
    const file = join(target, extension === "js" || extension === "svelte.js" ? name : `${name}.js`);
    writeFileSync(file, compiled);
    component = basename(name).startsWith("Chat.") ? file : component;
  }
  const { connection } = await import(pathToFileURL(join(target, "connection.js")));
  return { module: await import(pathToFileURL(component)), connection };
}

async function until(condition, what) {
  for (let i = 0; i < 500; i++) {
    if (await condition()) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`in time: ${what}`);
}

/** Ways of mounting a component in an element: each returns functions that change its room and unmount it. */
const libraries = {
  React: async ({ Chat }, element, name) => {
    const { createElement, StrictMode } = await import("react");
    const root = (await import("react-dom/client")).createRoot(element);
    const render = (room) => root.render(createElement(StrictMode, null, createElement(Chat, { name: room })));
    render(name);
    return { change: render, unmount: () => root.unmount() };
  },
  Vue: async ({ default: Chat }, element, name) => {
    const { createApp, h, ref } = await import("vue");
    const room = ref(name);
    const app = createApp({ render: () => h(Chat, { name: room.value }) });
    app.mount(element);
    return {
      change: (other) => {
        room.value = other;
      },
      unmount: () => app.unmount(),
    };
  },
  Svelte: async ({ default: Chat }, target, name) => {
    const { createClassComponent } = await import("svelte/legacy");
    const component = createClassComponent({ component: Chat, target, props: { name } });
    return { change: (other) => component.$set({ name: other }), unmount: () => component.$destroy() };
  },
};

for (const [library, mount] of Object.entries(libraries)) {
  test(
    `${library}: a component joins its room, shows and sends messages, and leaves the room when it is unmounted`,
    { timeout: 30_000 },
    async () => {
      const { module, connection } = await built(library);
      const room = `recipes ${library}`;
      const members = async (name) => (await onlooker.request("members", { room: name })).members.length;
      const element = document.body.appendChild(document.createElement("div"));
      const shown = () => [...new Set([...element.querySelectorAll("li")].map((item) => item.textContent))].join();
      // A component that was mounted twice, in StrictMode, may be a member before it has joined the second time.
      const sends = (name, text) =>
        until(async () => {
          await onlooker.send(name, text);
          return shown() === text;
        }, `${text} is shown alone`);
      try {
        await isOpen(connection);
        await isOpen(onlooker);
        const { change, unmount } = await mount(module, element, room);
        await until(async () => (await members(room)) === 1, "joined");
        await sends(room, "from elsewhere");
        element.querySelector("button").dispatchEvent(new window.MouseEvent("click", { bubbles: true }));
        await until(() => shown() === "from elsewhere,hello", "sent and shown");

        change(`${room} 2`);
        await until(async () => (await members(room)) === 0 && (await members(`${room} 2`)) === 1, "in the other room");
        await onlooker.send(room, "to the room before");
        await sends(`${room} 2`, "to the room now");
        unmount();
        await until(async () => (await members(`${room} 2`)) === 0, "left");
        assert.equal(element.textContent, "");
        assert.equal(connection.state.name, "open");
      } finally {
        connection.close();
      }
    },
  );
}
