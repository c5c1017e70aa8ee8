// @ts-check
/**
 * Log of messages, as a list that grows at both ends. It keeps thousands of lines and renders a part of them, so that the page stays
 * fast; scrolling moves that part.
 */
import { lineNode, updateHead } from "./line.js";

/** @typedef {import("./line.js").Line} Line */

/** Maximum number of rendered lines. */
const MAX_SHOWN = 1000;
/** Lines by which the rendered part moves. */
const STEP = 200;
/** Maximum number of kept lines; older ones are read again when the user scrolls to them. */
const MAX_LINES = 10_000;
/** Distance from an end, in pixels, at which the next lines are rendered. */
const NEAR = 800;
/** Distance from the end, in pixels, that still counts as the end: zoomed pages have fractions, and a thumb may slip. */
const AT_END = 40;

export class Log {
  /** Lines in order. @type {Line[]} */
  #lines = [];
  /** First index of the rendered part. */
  #from = 0;
  /** End index of the rendered part, exclusive. */
  #to = 0;
  /** @type {Map<Line, HTMLElement>} */
  #nodes = new Map();
  /** Whether the log follows the newest line. */
  #following = true;
  #unseen = 0;
  #lastTop = 0;
  /** @type {Line[]} */
  #arrived = [];
  #scheduled = false;
  /** Up to where the lines are not new; undefined if none are marked as new. @type {{generation: number, offset: number, at: number} | undefined} */
  #readUpTo;

  /**
   * @param {HTMLElement} scroller @param {HTMLElement} list
   * @param {object} options
   * @param {import("./file.js").Files} options.files
   * @param {() => void} options.atTop called when the user has scrolled to the oldest kept line
   * @param {(oldest: Line) => void} options.evicted called when the lines before that one were removed
   * @param {(unseen: number, following: boolean) => void} options.seen
   */
  constructor(scroller, list, { files, atTop, evicted, seen }) {
    this.scroller = scroller;
    this.list = list;
    this.files = files;
    this.atTop = atTop;
    this.evicted = evicted;
    this.seen = seen;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // The frame that would render them does not come while the page is hidden.
    document.addEventListener("visibilitychange", () => this.#scheduled && this.#addArrived());
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

  /** Adds a new line; lines that arrive in one animation frame are rendered together. @param {Line} line */
  arrive(line) {
    this.#arrived.push(line);
    if (!this.#scheduled) {
      this.#scheduled = true;
      // A hidden page has no animation frames, and lines would pile up.
      document.hidden ? setTimeout(() => this.#addArrived(), 100) : requestAnimationFrame(() => this.#addArrived());
    }
  }

  #addArrived() {
    this.#scheduled = false;
    const arrived = this.#arrived;
    this.#arrived = [];
    const unseen = this.#add(arrived).filter((line) => !this.#nodes.get(line)?.classList.contains("own")).length;
    if (!this.#following) {
      this.#unseen += unseen;
    }
    this.#report();
  }

  /** Adds lines from the history; those in the log already are ignored. @param {Line[]} lines */
  add(lines) {
    this.#quietly(() => {
      this.#add(lines);
      this.#report();
    });
  }

  /** Renders changed names. */
  rename() {
    this.#quietly(() =>
      this.#nodes.forEach((node, line) => this.#updateHead(node, line, this.#formers.get(node) ?? undefined)),
    );
  }

  /** Changes lines that are not new: else a screen reader would read out all of them. @param {() => void} change */
  #quietly(change) {
    this.scroller.setAttribute("aria-busy", "true");
    change();
    // Not an animation frame, of which a hidden page has none.
    setTimeout(() => this.scroller.setAttribute("aria-busy", "false"));
  }

  /** @param {HTMLElement} node @param {Line} line @param {Line | undefined} former */
  #updateHead(node, line, former) {
    const readUpTo = this.#readUpTo;
    const firstNew =
      readUpTo !== undefined && compare(line, readUpTo) > 0 && (former === undefined || compare(former, readUpTo) <= 0);
    updateHead(node, line, former, firstNew ? readUpTo.at : undefined);
  }

  /** Marks the lines after a position as new; without a position, none. @param {{generation: number, offset: number, at: number}} [readUpTo] */
  markNew(readUpTo) {
    if (this.#readUpTo !== readUpTo) {
      this.#readUpTo = readUpTo;
      this.#keepSight(() => this.rename());
    }
  }

  /** Ends the mark if no line is new: those that come now are seen as they arrive. */
  markSeen() {
    const newest = this.#lines.at(-1);
    if (this.#readUpTo !== undefined && (newest === undefined || compare(newest, this.#readUpTo) <= 0)) {
      this.markNew();
    }
  }

  /** The kept lines, oldest first. */
  get lines() {
    return this.#lines;
  }

  /** Whether the newest line is in sight. */
  get following() {
    return this.#following;
  }

  /** Shows a line in the middle. @param {Line} line @returns {HTMLElement | undefined} undefined if it is no longer kept */
  reveal(line) {
    const at = this.#lines.indexOf(line);
    if (at < 0) {
      return undefined;
    }
    this.#following = false;
    if (at < this.#from || at >= this.#to) {
      const from = Math.max(0, at - MAX_SHOWN / 2);
      this.#show(from, from + MAX_SHOWN);
    }
    const node = this.#nodes.get(line);
    node?.scrollIntoView({ block: "center" });
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.#lastTop = scrollTop;
    this.#following = this.#to === this.#lines.length && scrollHeight - clientHeight - scrollTop <= AT_END;
    this.#report();
    return node;
  }

  toEnd() {
    this.#following = true;
    this.#unseen = 0;
    if (this.#to < this.#lines.length) {
      this.#show(this.#lines.length - MAX_SHOWN, this.#lines.length);
    }
    this.#scrollToEnd();
    this.#report();
  }

  #scrollToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#lastTop = this.scroller.scrollTop;
  }

  /** @param {Line[]} lines @returns {Line[]} those that were not in the log yet */
  #add(lines) {
    const added = lines.filter((line) => this.#insert(line));
    if (!this.#following) {
      // Reading upwards would render more and more.
      this.#to = Math.min(this.#to, this.#from + MAX_SHOWN);
    }
    this.#evict();
    if (this.#following) {
      this.#show(this.#lines.length - MAX_SHOWN, this.#lines.length);
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
    } else if (at < this.#to || (complete && this.#to - this.#from < MAX_SHOWN)) {
      this.#to++;
    }
    return true;
  }

  /** Removes the oldest lines; but what the user reads stays, and then the lines that follow it are a gap. */
  #evict() {
    const lines = this.#lines;
    const surplus = Math.min(lines.length - MAX_LINES, this.#following ? Infinity : this.#from);
    if (surplus > 0) {
      lines.splice(0, surplus);
      this.#from = Math.max(0, this.#from - surplus);
      this.#to = Math.max(0, this.#to - surplus);
      this.evicted(lines[0]);
    }
    const unread = lines.length - 2 * MAX_LINES;
    if (unread > 0 && this.#to > 0) {
      const { generation, offset, at } = lines[this.#to - 1];
      lines.splice(this.#to, unread + 1, { kind: "gap", generation, offset: offset + 0.25, at });
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
        this.files.release(node);
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
        this.#updateHead(node, line, former);
      }
    });
  }

  /** The line before each rendered one. @type {WeakMap<HTMLElement, Line | null>} */
  #formers = new WeakMap();

  /** Changes content above the lines. @param {() => void} change */
  aside(change) {
    this.#keepSight(change);
    this.#following && this.#scrollToEnd();
  }

  /** Keeps the visible lines in place while content above them changes. @param {() => void} change */
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
    // Only scrolling up leaves the end: otherwise the page has grown, and is scrolled to the end in a moment.
    const left = scrollTop < this.#lastTop - 1;
    this.#lastTop = scrollTop;
    this.#following = this.#to === this.#lines.length && (below <= AT_END || (this.#following && !left));
    if (this.#following) {
      this.#unseen = 0;
    }
    if (scrollTop < NEAR && this.#from > 0) {
      const from = Math.max(0, this.#from - STEP);
      this.#keepSight(() => this.#show(from, Math.min(this.#to, from + MAX_SHOWN)));
    } else if (scrollTop < NEAR) {
      this.atTop();
    } else if (below < NEAR && this.#to < this.#lines.length) {
      const to = Math.min(this.#lines.length, this.#to + STEP);
      this.#keepSight(() => this.#show(Math.max(this.#from, to - MAX_SHOWN), to));
    }
    this.#report();
  }

  #report() {
    this.seen(this.#unseen, this.#following);
  }
}

/** @typedef {{generation: number, offset: number}} Position */
/** @param {Position} one @param {Position} other */
function compare(one, other) {
  return one.generation - other.generation || one.offset - other.offset;
}
