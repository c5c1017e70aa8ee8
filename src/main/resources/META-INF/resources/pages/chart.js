// @ts-check
/** Line chart of round trips. */
export class Chart {
  /** Milliseconds; null without a reply. @type {(number | null)[]} */
  #values = [];
  #canvas;
  #capacity;

  /** @param {HTMLCanvasElement} canvas @param {number} capacity number of values shown */
  constructor(canvas, capacity) {
    this.#canvas = canvas;
    this.#capacity = capacity;
    const draw = () => this.#draw();
    new ResizeObserver(draw).observe(canvas);
    new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  /** @param {number | null} millis */
  add(millis) {
    this.#values.push(millis);
    if (this.#values.length > this.#capacity) {
      this.#values.shift();
    }
    this.#draw();
  }

  clear() {
    this.#values = [];
    this.#draw();
  }

  #draw() {
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    const pen = canvas.getContext("2d");
    if (pen === null || width === 0) {
      return;
    }
    canvas.width = width * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    pen.scale(devicePixelRatio, devicePixelRatio);
    const style = getComputedStyle(canvas);
    const large = height > 80;
    const top = scale(Math.max(1, ...this.#values.map((value) => value ?? 0)));
    if (large) {
      this.#grid(pen, style, width, height, top);
    }
    const bottom = height - 2;
    const x = (/** @type {number} */ i) =>
      width - 2 - ((this.#values.length - 1 - i) * (width - 4)) / (this.#capacity - 1);
    const y = (/** @type {number} */ value) => bottom - (value / top) * (bottom - (large ? 16 : 3));
    pen.strokeStyle = style.getPropertyValue("--line") || style.color;
    pen.lineWidth = large ? 2 : 1.5;
    pen.lineJoin = "round";
    pen.beginPath();
    this.#values.forEach((value, i) => {
      if (value !== null) {
        i === 0 || this.#values[i - 1] === null ? pen.moveTo(x(i), y(value)) : pen.lineTo(x(i), y(value));
      }
    });
    pen.stroke();
    const last = this.#values.at(-1);
    if (last !== null && last !== undefined) {
      pen.fillStyle = pen.strokeStyle;
      pen.beginPath();
      pen.arc(x(this.#values.length - 1) - 1, y(last), large ? 3.5 : 2, 0, 2 * Math.PI);
      pen.fill();
    }
  }

  /** @param {CanvasRenderingContext2D} pen @param {CSSStyleDeclaration} style @param {number} width @param {number} height @param {number} top */
  #grid(pen, style, width, height, top) {
    pen.font = `12px ${style.fontFamily}`;
    pen.lineWidth = 1;
    for (let part = 0; part <= 2; part++) {
      const y = height - 2 - (part / 2) * (height - 18);
      pen.strokeStyle = style.getPropertyValue("--grid");
      pen.beginPath();
      pen.moveTo(0, Math.round(y) + 0.5);
      pen.lineTo(width, Math.round(y) + 0.5);
      pen.stroke();
      if (part > 0) {
        pen.fillStyle = style.color;
        pen.fillText(`${(top * part) / 2} ms`, 2, y - 4);
      }
    }
  }
}

/** The next of 1, 2, 5, 10, 20 … @param {number} value */
function scale(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? 10 * power;
}
