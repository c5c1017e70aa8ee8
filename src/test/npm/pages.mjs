// Checks the types of the pages' modules as strictly as there is; the browser finds the client at the server's root, and so does this.
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const resources = resolve(process.argv[2]);
const files = readdirSync(`${resources}/pages`)
  .filter((name) => name.endsWith(".js"))
  .map((name) => `${resources}/pages/${name}`);
const compilerOptions = {
  allowJs: true,
  checkJs: true,
  strict: true,
  noEmit: true,
  target: "es2022",
  module: "es2022",
  moduleResolution: "bundler",
  lib: ["es2023", "dom", "dom.iterable"],
  types: [],
  paths: { "/atrium.js": [`${resources}/atrium.d.ts`] },
};
writeFileSync("pages.tsconfig.json", JSON.stringify({ compilerOptions, files }));
try {
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "pages.tsconfig.json"], {
    stdio: "inherit",
  });
} catch {
  process.exit(1);
}
