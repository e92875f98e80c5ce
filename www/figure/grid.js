// @ts-check
/** Finds the nearest of many points in the plane through a grid of cells. */
export class Grid {
  /**
   * @param {Float32Array} xyr three a point: x, y, radius (the circles of a scene)
   * @param {number} cell side of a cell, in the points' unit
   */
  constructor(xyr, cell) {
    this.xyr = xyr;
    this.cell = cell;
    /** @type {Map<number, number[]>} */
    this.cells = new Map();
    for (let i = 0; i < xyr.length / 3; i += 1) {
      const key = this.#key(Math.floor(xyr[3 * i] / cell), Math.floor(xyr[3 * i + 1] / cell));
      const members = this.cells.get(key);
      if (members) members.push(i); else this.cells.set(key, [i]);
    }
  }

  /** @param {number} column @param {number} row */
  #key(column, row) {
    return column * 65536 + row;
  }

  /**
   * The nearest point within `reach`, or −1. Of equally near ones the last drawn, which lies on top.
   * @param {number} x @param {number} y @param {number} reach
   * @param {(i: number) => boolean} [accept]
   */
  nearest(x, y, reach, accept = () => true) {
    let best = -1, bound = reach * reach;
    const [from, to] = [Math.floor((x - reach) / this.cell), Math.floor((x + reach) / this.cell)];
    const [top, bottom] = [Math.floor((y - reach) / this.cell), Math.floor((y + reach) / this.cell)];
    for (let column = from; column <= to; column += 1) {
      for (let row = top; row <= bottom; row += 1) {
        for (const i of this.cells.get(this.#key(column, row)) ?? []) {
          const distance = (this.xyr[3 * i] - x) ** 2 + (this.xyr[3 * i + 1] - y) ** 2;
          if (distance <= bound && accept(i)) [best, bound] = [i, distance];
        }
      }
    }
    return best;
  }
}
