// Checks the types of the client as strictly as there is, and writes what they are to types/.
import { execFileSync } from "node:child_process";

const [, , script] = process.argv;
const tsc = "node_modules/typescript/bin/tsc";
const strict = ["--checkJs", "--strict", "--target", "es2022", "--module", "es2022", "--lib", "es2023,dom"];
try {
  execFileSync(process.execPath, [tsc, ...strict, "--declaration", "--emitDeclarationOnly", "--outDir", "types", script], { stdio: "inherit" });
} catch {
  process.exit(1);
}
