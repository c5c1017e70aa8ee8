// @ts-check
/** Address of the room to share, and as a QR code. */
import { inNamespace, roomPath } from "./address.js";
import { copied } from "./copy.js";
import { byId } from "./element.js";
import { qrCode } from "./qr.js";

/** Light modules around a code, which readers need. */
const QUIET_ZONE = 4;
const SVG = "http://www.w3.org/2000/svg";

/** @param {string} room */
export function share(room) {
  const dialog = byId("share");
  // Without a token, which the address of this page may have had: it is its owner's.
  const address = `${location.origin}${roomPath(room)}${inNamespace}`;
  byId("share-address").textContent = address;
  byId("share-button").addEventListener("click", () => {
    byId("share-copied").textContent = "";
    byId("share-code").replaceChildren(...code(address));
    dialog.showModal();
  });
  byId("share-close").addEventListener("click", () => dialog.close());
  byId("share-copy").addEventListener(
    "click",
    async () => (byId("share-copied").textContent = await copied(byId("share-address"))),
  );
  const system = byId("share-system");
  system.hidden = typeof navigator.share !== "function";
  // A share that is cancelled is no failure.
  system.addEventListener("click", () => navigator.share({ title: document.title, url: address }).catch(() => {}));
}

/** @param {string} text @returns {Element[]} */
function code(text) {
  const rows = qrCode(text);
  if (rows === undefined) {
    return [];
  }
  const size = rows.length + 2 * QUIET_ZONE;
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", `0 0 ${size} ${size}`);
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute(
    "d",
    rows
      .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET_ZONE} ${y + QUIET_ZONE}h1v1h-1z` : "")))
      .join(""),
  );
  drawing.append(path);
  return [drawing];
}
