// Talks over each URL at once, and writes the reports in the order of the URLs.
import { writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { talk } from "./talk.mjs";

const [script, output, ...talks] = process.argv.slice(2);
const { connect } = await import(pathToFileURL(script));
const reports = await Promise.all(
  talks.map((each) => {
    const { url, options } = JSON.parse(each);
    return talk(connect, url, options);
  }),
);
await writeFile(output, JSON.stringify(reports));
