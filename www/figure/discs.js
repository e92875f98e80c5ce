// @ts-check
/** Positions within a pixel that are told apart, each way. */
const PARTS = 4;

/**
 * Paints many small discs into pixels. Blending them here takes the same few milliseconds for 10,000 with or without a
 * GPU; as many arcs or blits through the canvas take 20 to 60 where there is none.
 */
export class Discs {
  /** @type {Map<number, {side: number, cover: Uint8Array}>} coverage 0…255 of a disc by radius and place in its pixel */
  #masks = new Map();

  /** @param {number} radius @param {number} partX @param {number} partY */
  #mask(radius, partX, partY) {
    const key = (Math.round(radius * 8) * PARTS + partX) * PARTS + partY;
    const known = this.#masks.get(key);
    if (known) return known;
    // A long zoom asks for many sizes; they are quick to make again.
    if (this.#masks.size > 2000) this.#masks.clear();
    const half = Math.ceil(radius + 1);
    const side = 2 * half + 1;
    const cover = new Uint8Array(side * side);
    const [cx, cy] = [half + (partX + 0.5) / PARTS, half + (partY + 0.5) / PARTS];
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) {
        const inside = radius + 0.5 - Math.hypot(x + 0.5 - cx, y + 0.5 - cy);
        cover[y * side + x] = 255 * Math.max(0, Math.min(1, inside));
      }
    }
    const mask = { side, cover };
    this.#masks.set(key, mask);
    return mask;
  }

  /**
   * Blend a disc over opaque pixels; what lies outside them is cut off.
   * @param {ImageData} onto
   * @param {number} x device pixels from the left of `onto`
   * @param {number} y
   * @param {number} radius device pixels
   * @param {number} red 0…255 @param {number} green @param {number} blue
   * @param {number} opacity 0…1
   */
  paint(onto, x, y, radius, red, green, blue, opacity) {
    const { width, height, data } = onto;
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const { side, cover } = this.#mask(radius, Math.floor((x - left) * PARTS), Math.floor((y - top) * PARTS));
    const [x0, y0] = [left - (side >> 1), top - (side >> 1)];
    const [from, to] = [Math.max(0, -x0), Math.min(side, width - x0)];
    const [first, last] = [Math.max(0, -y0), Math.min(side, height - y0)];
    // 0…257, so that full coverage times 255 reaches 65535.
    const strength = Math.round(opacity * 257);
    for (let row = first; row < last; row += 1) {
      let at = ((y0 + row) * width + x0 + from) * 4;
      for (let i = row * side + from, end = row * side + to; i < end; i += 1, at += 4) {
        const share = cover[i] * strength;
        if (share === 0) continue;
        data[at] += ((red - data[at]) * share + 32768) >> 16;
        data[at + 1] += ((green - data[at + 1]) * share + 32768) >> 16;
        data[at + 2] += ((blue - data[at + 2]) * share + 32768) >> 16;
      }
    }
  }
}
