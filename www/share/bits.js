// @ts-check
// Numbers in few bits. Level 0 is "missing"; 1 … 2^bits − 1 run from the least to the greatest value.

/** @typedef {{from: number, to: number}} Range */

/** The finite values' range; where all are one, or none is, a range of one. @param {Float32Array} values @returns {Range} */
export function rangeOf(values) {
  let from = Infinity, to = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < from) from = value;
    if (value > to) to = value;
  }
  if (from > to) return { from: 0, to: 1 };
  return from === to ? { from, to: from + 1 } : { from, to };
}

/** @param {Float32Array} values @param {Range} range @param {number} bits @returns {Uint8Array} */
export function pack(values, { from, to }, bits) {
  const most = 2 ** bits - 2;
  const out = new Uint8Array(packedBytes(values.length, bits));
  let at = 0, held = 0, filled = 0;
  for (const value of values) {
    const level = Number.isFinite(value) ? 1 + Math.round(Math.min(1, Math.max(0, (value - from) / (to - from))) * most) : 0;
    held = held * 2 ** bits + level;
    filled += bits;
    while (filled >= 8) {
      filled -= 8;
      const byte = Math.floor(held / 2 ** filled);
      out[at++] = byte;
      held -= byte * 2 ** filled;
    }
  }
  if (filled > 0) out[at] = held * 2 ** (8 - filled);
  return out;
}

/** @param {Uint8Array} bytes @param {number} count @param {Range} range @param {number} bits @returns {Float32Array} */
export function unpack(bytes, count, { from, to }, bits) {
  const most = 2 ** bits - 2;
  const out = new Float32Array(count);
  let at = 0, held = 0, filled = 0;
  for (let i = 0; i < count; i++) {
    while (filled < bits) {
      held = held * 256 + bytes[at++];
      filled += 8;
    }
    filled -= bits;
    const level = Math.floor(held / 2 ** filled);
    held -= level * 2 ** filled;
    out[i] = level === 0 ? NaN : from + ((level - 1) / most) * (to - from);
  }
  return out;
}

/** @param {number} count @param {number} bits */
export const packedBytes = (count, bits) => Math.ceil(count * bits / 8);

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** CRC-32 (IEEE): a link changed on its way is told from one that is whole. @param {Uint8Array} bytes */
export function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** @param {Uint8Array} bytes */
export function toBase64Url(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} text base64url without padding; anything else gives null @returns {Uint8Array<ArrayBuffer> | null} */
export function fromBase64Url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
export async function deflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Inflate, and stop as soon as there is more than `most`: a few kilobytes can claim to be gigabytes.
 * @param {Uint8Array<ArrayBuffer>} bytes @param {number} most
 * @returns {Promise<Uint8Array<ArrayBuffer> | "too large" | "damaged">}
 */
export async function inflate(bytes, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  /** @type {Uint8Array[]} */
  const parts = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.byteLength;
      if (length > most) {
        reader.cancel().catch(() => undefined);
        return "too large";
      }
      parts.push(value);
    }
  } catch {
    return "damaged";
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
