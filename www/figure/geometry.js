// @ts-check
/** Geometry of the plane that the maps need: what a lasso encloses, and one map laid upon another. */

/**
 * Whether a point lies in a polygon (even–odd rule).
 * @param {number} x @param {number} y
 * @param {number[]} polygon x, y, x, y, …; closed by itself
 */
export function inside(x, y, polygon) {
  let within = false;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    // Plain numbers, and x only where it matters: 10,000 points and 300 corners are three million edges.
    const yi = polygon[i + 1], yj = polygon[j + 1];
    if ((yi > y) !== (yj > y) && x < (polygon[j] - polygon[i]) * (y - yi) / (yj - yi) + polygon[i]) within = !within;
  }
  return within;
}

/**
 * Indices of the circles whose centre a polygon encloses.
 * @param {Float32Array} circles three a circle: x, y, radius
 * @param {number[]} polygon in the circles' unit
 */
export function enclosed(circles, polygon) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < polygon.length; i += 2) {
    [left, right] = [Math.min(left, polygon[i]), Math.max(right, polygon[i])];
    [top, bottom] = [Math.min(top, polygon[i + 1]), Math.max(bottom, polygon[i + 1])];
  }
  const found = [];
  for (let i = 0; i < circles.length / 3; i += 1) {
    const [x, y] = [circles[3 * i], circles[3 * i + 1]];
    if (x >= left && x <= right && y >= top && y <= bottom && inside(x, y, polygon)) found.push(i);
  }
  return found;
}

/**
 * Lay one map upon another: turned, mirrored, scaled and moved so that the squared distances between the same points
 * are least (Procrustes; Gower & Dijksterhuis 2004). Points that are not finite in either are left out and stay NaN.
 * @param {Float32Array} from two a point
 * @param {Float32Array} onto two a point, as many
 * @returns {{positions: Float32Array, agreement: number}} `from` laid upon `onto`, and the share of `onto`'s spread that
 *   it explains: 1 where the maps have one shape
 */
export function procrustes(from, onto) {
  const n = Math.min(from.length, onto.length) / 2;
  const usable = (/** @type {number} */ i) => Number.isFinite(from[2 * i] + from[2 * i + 1] + onto[2 * i] + onto[2 * i + 1]);
  const middle = [0, 0, 0, 0];
  let used = 0;
  for (let i = 0; i < n; i += 1) {
    if (!usable(i)) continue;
    used += 1;
    [from[2 * i], from[2 * i + 1], onto[2 * i], onto[2 * i + 1]].forEach((value, at) => { middle[at] += value; });
  }
  const [ax, ay, bx, by] = middle.map((sum) => sum / Math.max(used, 1));
  let [xx, xy, yx, yy, spreadFrom, spreadOnto] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < n; i += 1) {
    if (!usable(i)) continue;
    const [u, v, p, q] = [from[2 * i] - ax, from[2 * i + 1] - ay, onto[2 * i] - bx, onto[2 * i + 1] - by];
    xx += u * p;
    xy += u * q;
    yx += v * p;
    yy += v * q;
    spreadFrom += u * u + v * v;
    spreadOnto += p * p + q * q;
  }
  // The two candidates of the plane: a turn, and a turn after mirroring in the x axis.
  const turned = Math.hypot(xx + yy, xy - yx), mirrored = Math.hypot(xx - yy, xy + yx);
  const mirror = mirrored > turned ? -1 : 1;
  const angle = mirror < 0 ? Math.atan2(xy + yx, xx - yy) : Math.atan2(xy - yx, xx + yy);
  const best = Math.max(turned, mirrored);
  const scale = spreadFrom > 0 ? best / spreadFrom : 1;
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const positions = new Float32Array(2 * n).fill(NaN);
  for (let i = 0; i < n; i += 1) {
    if (!usable(i)) continue;
    const [u, v] = [from[2 * i] - ax, mirror * (from[2 * i + 1] - ay)];
    positions[2 * i] = cos * u - sin * v + bx;
    positions[2 * i + 1] = sin * u + cos * v + by;
  }
  return { positions, agreement: spreadFrom > 0 && spreadOnto > 0 ? best * best / (spreadFrom * spreadOnto) : 0 };
}
