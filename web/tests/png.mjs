// Small pictures for the documentation: a PNG of the browser becomes one with few colours.

import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(name, content) {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length, 0);
  head.write(name, 4, "latin1");
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), content])), 0);
  return Buffer.concat([head, content, tail]);
}

/** Reads what the browser writes: 8 bits per channel, not interlaced. */
function decoded(file) {
  let header;
  const data = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const name = file.toString("latin1", at + 4, at + 8);
    const content = file.subarray(at + 8, at + 8 + length);
    if (name === "IHDR") header = { width: content.readUInt32BE(0), height: content.readUInt32BE(4), bytes: content[9] === 6 ? 4 : 3, isRead: content[8] === 8 && (content[9] === 6 || content[9] === 2) && content[12] === 0 };
    if (name === "IDAT") data.push(content);
    at += length + 12;
  }
  if (!header?.isRead) throw new Error("not a picture of the browser");
  const { width, height, bytes } = header;
  const raw = inflateSync(Buffer.concat(data));
  const row = width * bytes;
  const pixels = Buffer.alloc(row * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)];
    for (let x = 0; x < row; x++) {
      const left = x >= bytes ? pixels[y * row + x - bytes] : 0;
      const up = y > 0 ? pixels[(y - 1) * row + x] : 0;
      const corner = x >= bytes && y > 0 ? pixels[(y - 1) * row + x - bytes] : 0;
      const guess = left + up - corner;
      const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      pixels[y * row + x] = raw[y * (row + 1) + 1 + x] + [0, left, up, (left + up) >> 1, paeth][filter];
    }
  }
  return { width, height, bytes, pixels };
}

/** Returns the picture with at most that many colours: the most frequent ones that differ enough. */
export function small(file, most = 32) {
  const { width, height, bytes, pixels } = decoded(file);
  const counts = new Map();
  const colour = (at) => (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
  for (let at = 0; at < pixels.length; at += bytes) counts.set(colour(at), (counts.get(colour(at)) ?? 0) + 1);
  const distance = (a, b) => Math.abs((a >> 16) - (b >> 16)) + Math.abs(((a >> 8) & 255) - ((b >> 8) & 255)) + Math.abs((a & 255) - (b & 255));
  const palette = [];
  const frequent = [...counts].sort((a, b) => b[1] - a[1]).map(([own]) => own);
  // Surfaces differ little and count; shades of letters may be coarser.
  for (const [at, own] of frequent.entries()) if (palette.length < most && palette.every((other) => distance(own, other) > (at < 8 ? 0 : 44))) palette.push(own);
  const nearest = new Map();
  const index = (own) => {
    if (!nearest.has(own)) nearest.set(own, palette.reduce((best, other, at) => (distance(own, other) < distance(own, palette[best]) ? at : best), 0));
    return nearest.get(own);
  };
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = index(colour((y * width + x) * bytes));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.from(palette.flatMap((own) => [own >> 16, (own >> 8) & 255, own & 255]));
  return Buffer.concat([SIGNATURE, chunk("IHDR", head), chunk("PLTE", table), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}
