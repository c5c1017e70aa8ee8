// @ts-check
/** QR code of a text, ISO/IEC 18004: model 2, bytes in UTF-8, error correction level M. */

/** Error correction codewords of one block, by version from 1. */
const CORRECTION = [
  10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
];
/** Number of blocks, by version from 1. */
const BLOCKS = [
  1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35,
  37, 38, 40, 43, 45, 47, 49,
];
const MAX_VERSION = 40;
/** Bits of level M in the format information. */
const LEVEL_M = 0;

/** Which modules a mask inverts, by row and column. @type {((y: number, x: number) => boolean)[]} */
const MASKS = [
  (y, x) => (y + x) % 2 === 0,
  (y) => y % 2 === 0,
  (_, x) => x % 3 === 0,
  (y, x) => (y + x) % 3 === 0,
  (y, x) => ((y >> 1) + Math.floor(x / 3)) % 2 === 0,
  (y, x) => ((y * x) % 2) + ((y * x) % 3) === 0,
  (y, x) => (((y * x) % 2) + ((y * x) % 3)) % 2 === 0,
  (y, x) => (((y + x) % 2) + ((y * x) % 3)) % 2 === 0,
];

/**
 * @param {string} text @param {number} [mask] from 0 to 7; by default the one that reads best
 * @returns {boolean[][] | undefined} rows of modules, true for dark, without the quiet zone; undefined if the text is too long
 */
export function qrCode(text, mask) {
  const bytes = new TextEncoder().encode(text);
  for (let version = 1; version <= MAX_VERSION; version++) {
    const blocks = BLOCKS[version - 1];
    const correction = CORRECTION[version - 1];
    const capacity = (modulesForData(version) >> 3) - blocks * correction;
    const countBits = version < 10 ? 8 : 16;
    if (4 + countBits + 8 * bytes.length <= 8 * capacity) {
      const codewords = interleaved(dataCodewords(bytes, countBits, capacity), blocks, correction);
      const all =
        mask === undefined
          ? MASKS.map((_, each) => drawn(version, codewords, each))
          : [drawn(version, codewords, mask)];
      const penalties = all.map(penalty);
      return all[penalties.indexOf(Math.min(...penalties))];
    }
  }
  return undefined;
}

/** Number of modules that function patterns leave, for codewords and up to seven remainder bits. @param {number} version */
function modulesForData(version) {
  const aligned = Math.floor(version / 7) + 2;
  return (
    (16 * version + 128) * version +
    64 -
    (version < 2 ? 0 : (25 * aligned - 10) * aligned - 55) -
    (version < 7 ? 0 : 36)
  );
}

/** @param {Uint8Array} bytes @param {number} countBits @param {number} capacity */
function dataCodewords(bytes, countBits, capacity) {
  /** @type {number[]} */
  const bits = [];
  const put = (/** @type {number} */ value, /** @type {number} */ length) => {
    for (let i = length - 1; i >= 0; i--) {
      bits.push((value >> i) & 1);
    }
  };
  put(0b0100, 4);
  put(bytes.length, countBits);
  bytes.forEach((byte) => put(byte, 8));
  // Terminator, up to the end of a codeword.
  put(0, Math.min(4, 8 * capacity - bits.length));
  put(0, -bits.length & 7);
  for (let padding = 0xec; bits.length < 8 * capacity; padding ^= 0xec ^ 0x11) {
    put(padding, 8);
  }
  return Array.from({ length: capacity }, (_, i) =>
    bits.slice(8 * i, 8 * i + 8).reduce((value, bit) => 2 * value + bit, 0),
  );
}

/** Codewords of all blocks, each with its error correction, in the order in which they are drawn. @param {number[]} data @param {number} count @param {number} correction */
function interleaved(data, count, correction) {
  const short = Math.floor(data.length / count);
  const shortBlocks = count - (data.length % count);
  const generator = generatorOf(correction);
  /** @type {number[][]} */
  const blocks = [];
  for (let i = 0, at = 0; i < count; i++) {
    const length = short + (i < shortBlocks ? 0 : 1);
    blocks.push(data.slice(at, at + length));
    at += length;
  }
  const corrections = blocks.map((block) => remainder(block, generator));
  const result = [];
  for (let i = 0; i <= short; i++) {
    result.push(...blocks.filter((block) => i < block.length).map((block) => block[i]));
  }
  for (let i = 0; i < correction; i++) {
    result.push(...corrections.map((block) => block[i]));
  }
  return result;
}

/** Product in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. @param {number} one @param {number} other */
function product(one, other) {
  let result = 0;
  for (let i = 7; i >= 0; i--) {
    result = (result << 1) ^ ((result >> 7) * 0x11d) ^ (((other >> i) & 1) * one);
  }
  return result;
}

/** Coefficients of the generator polynomial, without the leading 1. @param {number} degree */
function generatorOf(degree) {
  const result = [...new Array(degree - 1).fill(0), 1];
  for (let i = 0, root = 1; i < degree; i++, root = product(root, 2)) {
    result.forEach((_, j) => (result[j] = product(result[j], root) ^ (result[j + 1] ?? 0)));
  }
  return result;
}

/** Error correction codewords of Reed and Solomon. @param {number[]} data @param {number[]} generator */
function remainder(data, generator) {
  const result = new Array(generator.length).fill(0);
  for (const byte of data) {
    const factor = byte ^ result.shift();
    result.push(0);
    generator.forEach((coefficient, i) => (result[i] ^= product(coefficient, factor)));
  }
  return result;
}

/** Draws the symbol. @param {number} version @param {number[]} codewords @param {number} mask */
function drawn(version, codewords, mask) {
  const size = 17 + 4 * version;
  /** Undefined where no function pattern is. @type {(boolean | undefined)[][]} */
  const rows = Array.from({ length: size }, () => new Array(size).fill(undefined));
  drawPatterns(rows, version);
  drawFormat(rows, mask);
  version >= 7 && drawVersion(rows, version);
  let bit = 0;
  // In columns of two from the right, upwards and downwards in turn; the vertical timing pattern is no part of one.
  for (let right = size - 1; right >= 1; right -= 2) {
    right -= right === 6 ? 1 : 0;
    const upwards = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step++) {
      const y = upwards ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (rows[y][x] === undefined) {
          const dark = ((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
          bit++;
          rows[y][x] = (dark === 1) !== MASKS[mask](y, x);
        }
      }
    }
  }
  return /** @type {boolean[][]} */ (rows);
}

/** @param {(boolean | undefined)[][]} rows @param {number} version */
function drawPatterns(rows, version) {
  const size = rows.length;
  for (let i = 0; i < size; i++) {
    rows[6][i] = rows[i][6] = i % 2 === 0;
  }
  const rings = (
    /** @type {number} */ cy,
    /** @type {number} */ cx,
    /** @type {number} */ radius,
    /** @type {number[]} */ light,
  ) => {
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        if (cy + dy >= 0 && cy + dy < size && cx + dx >= 0 && cx + dx < size) {
          rows[cy + dy][cx + dx] = !light.includes(Math.max(Math.abs(dy), Math.abs(dx)));
        }
      }
    }
  };
  // Finder patterns with their separators.
  for (const [y, x] of [
    [3, 3],
    [3, size - 4],
    [size - 4, 3],
  ]) {
    rings(y, x, 4, [2, 4]);
  }
  const centers = alignmentCenters(version);
  const last = centers.length - 1;
  centers.forEach((y, i) =>
    centers.forEach((x, j) => {
      // Not over the finder patterns.
      if (!((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0))) {
        rings(y, x, 2, [1]);
      }
    }),
  );
}

/** @param {number} version */
function alignmentCenters(version) {
  if (version === 1) {
    return [];
  }
  const count = Math.floor(version / 7) + 2;
  const size = 17 + 4 * version;
  const step = version === 32 ? 26 : Math.floor((4 * version + 2 * count + 1) / (2 * count - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, i) => size - 7 - step * (count - 2 - i))];
}

/** Mask and level, twice, by a BCH code. @param {(boolean | undefined)[][]} rows @param {number} mask */
function drawFormat(rows, mask) {
  const size = rows.length;
  const data = (LEVEL_M << 3) | mask;
  let rest = data;
  for (let i = 0; i < 10; i++) {
    rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  }
  const bits = ((data << 10) | rest) ^ 0x5412;
  for (let i = 0; i < 15; i++) {
    const dark = ((bits >> i) & 1) === 1;
    rows[i < 6 ? i : i < 8 ? i + 1 : size - 15 + i][8] = dark;
    rows[8][i < 8 ? size - 1 - i : i < 9 ? 15 - i : 14 - i] = dark;
  }
  rows[size - 8][8] = true;
}

/** The version, twice, by a BCH code. @param {(boolean | undefined)[][]} rows @param {number} version */
function drawVersion(rows, version) {
  const size = rows.length;
  let rest = version;
  for (let i = 0; i < 12; i++) {
    rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
  }
  const bits = (version << 12) | rest;
  for (let i = 0; i < 18; i++) {
    const dark = ((bits >> i) & 1) === 1;
    const [long, short] = [size - 11 + (i % 3), Math.floor(i / 3)];
    rows[long][short] = rows[short][long] = dark;
  }
}

/** How hard a symbol is to read: runs, blocks, what looks like a finder pattern, and an unequal number of dark modules. @param {boolean[][]} rows */
function penalty(rows) {
  const size = rows.length;
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  let points = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.map(Number).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) {
      points += run.length - 2;
    }
    points += 40 * ((text.match(/(?=10111010000)/g) ?? []).length + (text.match(/(?=00001011101)/g) ?? []).length);
  }
  for (let y = 1; y < size; y++) {
    for (let x = 1; x < size; x++) {
      const dark = rows[y][x];
      points += dark === rows[y - 1][x] && dark === rows[y][x - 1] && dark === rows[y - 1][x - 1] ? 3 : 0;
    }
  }
  const dark = rows.flat().filter((each) => each).length;
  return points + 10 * Math.floor(Math.abs(dark * 20 - size * size * 10) / (size * size));
}
