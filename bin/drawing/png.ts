import { zlibSync } from 'fflate';
import type { Picture } from './picture.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const SUB = 1;
const TRUE_COLOUR = 2;
const TRUE_COLOUR_WITH_OPACITY = 6;

/**
 * A picture as PNG (https://www.w3.org/TR/png-3/). It is compressed by plain JavaScript, as Node's own zlib gives other bytes on other
 * processors: what is drawn is committed, and a test draws it again.
 */
export function pngOf(picture: Picture): Uint8Array {
  const isOpaque = picture.rgba.every((byte, place) => place % 4 !== 3 || byte === 255);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, picture.width);
  view.setUint32(4, picture.height);
  header.set([8, isOpaque ? TRUE_COLOUR : TRUE_COLOUR_WITH_OPACITY, 0, 0, 0], 8);
  const lines = zlibSync(differences(picture, isOpaque ? 3 : 4), { level: 9 });
  return Buffer.concat([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    // What its figures mean: the colours of sRGB.
    chunk('sRGB', Uint8Array.of(0)),
    chunk('IDAT', lines),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** Each pixel as its difference from the one on its left (the filter called Sub): of the five that there are, the best for skies. */
function differences({ width, height, rgba }: Picture, channels: 3 | 4): Uint8Array {
  const length = width * channels + 1;
  const out = new Uint8Array(length * height);
  for (let row = 0; row < height; row++) {
    out[row * length] = SUB;
    for (let column = 0; column < width; column++) {
      const [from, to] = [(row * width + column) * 4, row * length + 1 + column * channels];
      for (let channel = 0; channel < channels; channel++) {
        const left = column === 0 ? 0 : rgba[from + channel - 4]!;
        out[to + channel] = rgba[from + channel]! - left;
      }
    }
  }
  return out;
}

function chunk(type: string, content: Uint8Array): Buffer {
  const chunk = Buffer.alloc(content.length + 12);
  chunk.writeUInt32BE(content.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(content, 8);
  chunk.writeUInt32BE(crc(chunk.subarray(4, content.length + 8)), content.length + 8);
  return chunk;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC_TABLE[(value ^ byte) & 255]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
