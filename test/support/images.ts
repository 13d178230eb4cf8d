import { crc32, deflateSync } from 'node:zlib';
import type { PassImages } from '../../core/ports.ts';
import type { DesignImages } from '../../core/wallet/design-images.ts';

/** A PNG of one grey. https://www.w3.org/TR/png-3/ */
export function greyPng(width: number, height: number, grey = 0x80): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc((width + 1) * height, grey);
  for (let row = 0; row < height; row++) rows[row * (width + 1)] = 0;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}

/** Every image that Apple asks for, in its size. */
export function exampleImages(): DesignImages {
  return {
    'icon.png': greyPng(29, 29),
    'icon@2x.png': greyPng(58, 58),
    'icon@3x.png': greyPng(87, 87),
    'logo.png': greyPng(50, 50),
    'logo@2x.png': greyPng(100, 100),
    'strip.png': greyPng(375, 123),
    'strip@2x.png': greyPng(750, 246),
  };
}

/** The same images for every design. */
export class ExampleImages implements PassImages {
  readonly #images = exampleImages();

  async of(): Promise<DesignImages> {
    return this.#images;
  }
}
