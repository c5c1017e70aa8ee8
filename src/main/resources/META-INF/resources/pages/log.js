// @ts-check
/**
 * What was said, as a list that grows at both ends. It keeps thousands of lines and shows a part of them, so that the page stays quick;
 * whoever scrolls moves that part.
 */
import { lineNode, name, place } from "./line.js";

/** @typedef {import("./line.js").Line} Line */

/** Elements that are there at a time. */
const SHOWN = 1000;
/** By which the part moves. */
const STEP = 200;
/** Lines that are kept; older ones are read again when somebody scrolls there. */
const KEPT = 10_000;
/** Pixels from an end at which what comes next is made ready. */
const NEAR = 800;
/** Pixels that still count as the end: fractions of zoomed pages, and a thumb that slips. */
const AT_END = 40;

export class Log {
  /** In order. @type {Line[]} */
  #lines = [];
  /** The part that is shown: from this one … */
  #from = 0;
  /** … to before that one. */
  #to = 0;
  /** @type {Map<Line, HTMLElement>} */
  #nodes = new Map();
  /** Whether the newest is in sight, and shall stay so. */
  #following = true;
  #unseen = 0;
  #lastTop = 0;
  /** @type {Line[]} */
  #arrived = [];
  #scheduled = false;

  /**
   * @param {HTMLElement} scroller @param {HTMLElement} list
   * @param {object} surroundings
   * @param {import("./file.js").Files} surroundings.files
   * @param {() => void} surroundings.atTop somebody has come to the oldest line that is here
   * @param {(oldest: Line) => void} surroundings.forgotten what was before that line is not kept any more
   * @param {(unseen: number, following: boolean) => void} surroundings.seen
   */
  constructor(scroller, list, { files, atTop, forgotten, seen }) {
    this.scroller = scroller;
    this.list = list;
    this.files = files;
    this.atTop = atTop;
    this.forgotten = forgotten;
    this.seen = seen;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // Pictures that load and keyboards that open would push the newest line out of sight.
    const keep = new ResizeObserver(() => this.#following && this.toEnd());
    keep.observe(scroller);
    [...scroller.children].forEach((child) => keep.observe(child));
  }

  get length() {
    return this.#lines.length;
  }

  /** The oldest line that is kept. */
  get oldest() {
    return this.#lines[0];
  }

  /** What comes one by one is shown together, once for each picture that the screen takes. @param {Line} line */
  arrive(line) {
    this.#arrived.push(line);
    if (!this.#scheduled) {
      this.#scheduled = true;
      // A hidden page takes no pictures, and would gather until somebody looks.
      document.hidden ? setTimeout(() => this.#take(), 100) : requestAnimationFrame(() => this.#take());
    }
  }

  #take() {
    this.#scheduled = false;
    const arrived = this.#arrived;
    this.#arrived = [];
    const unseen = this.#add(arrived).filter((line) => !this.#nodes.get(line)?.classList.contains("own")).length;
    if (!this.#following) {
      this.#unseen += unseen;
    }
    this.#tell();
  }

  /** Lines from the history; some may be here already. @param {Line[]} lines */
  add(lines) {
    // They are no news: whoever listens to the page would have them all read out.
    this.scroller.setAttribute("aria-busy", "true");
    this.#add(lines);
    this.#tell();
    requestAnimationFrame(() => this.scroller.setAttribute("aria-busy", "false"));
  }

  /** Names have changed. */
  rename() {
    this.#nodes.forEach((node, line) => name(node, line));
  }

  toEnd() {
    this.#following = true;
    this.#unseen = 0;
    if (this.#to < this.#lines.length) {
      this.#show(this.#lines.length - SHOWN, this.#lines.length);
    }
    this.#scrollToEnd();
    this.#tell();
  }

  #scrollToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#lastTop = this.scroller.scrollTop;
  }

  /** @param {Line[]} lines @returns {Line[]} those that were not here yet */
  #add(lines) {
    const added = lines.filter((line) => this.#insert(line));
    if (this.#following) {
      this.#forget();
      this.#show(this.#lines.length - SHOWN, this.#lines.length);
      this.#scrollToEnd();
    } else {
      this.#keepSight(() => this.#show(this.#from, this.#to));
    }
    return added;
  }

  /** @param {Line} line @returns {boolean} whether it is new */
  #insert(line) {
    const lines = this.#lines;
    let at = lines.length;
    while (at > 0 && compare(lines[at - 1], line) > 0) {
      at--;
    }
    if (at > 0 && compare(lines[at - 1], line) === 0) {
      return false;
    }
    const complete = this.#to === lines.length;
    lines.splice(at, 0, line);
    if (at < this.#from) {
      this.#from++;
      this.#to++;
    } else if (at < this.#to || complete && this.#to - this.#from < SHOWN) {
      this.#to++;
    }
    return true;
  }

  #forget() {
    const surplus = this.#lines.length - KEPT;
    if (surplus > 0) {
      this.#lines.splice(0, surplus);
      this.#from = Math.max(0, this.#from - surplus);
      this.#to = Math.max(0, this.#to - surplus);
      this.forgotten(this.#lines[0]);
    }
  }

  /** @param {number} from @param {number} to */
  #show(from, to) {
    this.#from = Math.max(0, from);
    this.#to = Math.min(this.#lines.length, to);
    const shown = this.#lines.slice(this.#from, this.#to);
    const wanted = new Set(shown);
    for (const [line, node] of this.#nodes) {
      if (!wanted.has(line)) {
        this.files.forget(node);
        node.remove();
        this.#nodes.delete(line);
      }
    }
    let next = this.list.firstElementChild;
    shown.forEach((line, i) => {
      let node = this.#nodes.get(line);
      if (node === undefined) {
        node = lineNode(line, this.files);
        this.#nodes.set(line, node);
        this.list.insertBefore(node, next);
      } else {
        next = node.nextElementSibling;
      }
      const former = this.#lines[this.#from + i - 1];
      if (this.#formers.get(node) !== (former ?? null)) {
        this.#formers.set(node, former ?? null);
        place(node, line, former);
      }
    });
  }

  /** Behind which line each stands. @type {WeakMap<HTMLElement, Line | null>} */
  #formers = new WeakMap();

  /** Changes something above the lines. @param {() => void} change */
  aside(change) {
    this.#keepSight(change);
    this.#following && this.#scrollToEnd();
  }

  /** What somebody reads stays where it is, whatever is put above it. @param {() => void} change */
  #keepSight(change) {
    const { scroller } = this;
    const top = scroller.getBoundingClientRect().top;
    const inSight = [...this.#nodes.values()].filter((node) => node.getBoundingClientRect().bottom > top);
    const before = inSight.map((node) => node.getBoundingClientRect().top);
    change();
    const i = inSight.findIndex((node) => node.isConnected);
    if (i >= 0) {
      scroller.scrollTop += inSight[i].getBoundingClientRect().top - before[i];
      this.#lastTop = scroller.scrollTop;
    }
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const below = scrollHeight - clientHeight - scrollTop;
    // Who is not at the end has left it only by scrolling up: else the page has grown, and follows in a moment.
    const left = scrollTop < this.#lastTop - 1;
    this.#lastTop = scrollTop;
    this.#following = this.#to === this.#lines.length && (below <= AT_END || this.#following && !left);
    if (this.#following) {
      this.#unseen = 0;
    }
    if (scrollTop < NEAR && this.#from > 0) {
      const from = Math.max(0, this.#from - STEP);
      this.#keepSight(() => this.#show(from, Math.min(this.#to, from + SHOWN)));
    } else if (scrollTop < NEAR) {
      this.atTop();
    } else if (below < NEAR && this.#to < this.#lines.length) {
      const to = Math.min(this.#lines.length, this.#to + STEP);
      this.#keepSight(() => this.#show(Math.max(this.#from, to - SHOWN), to));
    }
    this.#tell();
  }

  #tell() {
    this.seen(this.#unseen, this.#following);
  }
}

/** @param {Line} one @param {Line} other */
function compare(one, other) {
  return one.generation - other.generation || one.offset - other.offset;
}
