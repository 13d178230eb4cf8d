import { crc32 } from 'node:zlib';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
/** 1 January 1980, the format's first day. A fixed date makes the archive of the same files identical. */
const DATE = 0x0021;

/** The CRC-32 of each file, kept as long as its bytes are in use: every pass of a tier contains the same images. */
const sums = new WeakMap<Uint8Array, number>();

/**
 * An archive of uncompressed files: images are compressed already, and the other files are small.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function zipArchive(files: readonly (readonly [name: string, bytes: Uint8Array])[]): Buffer {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let place = 0;
  for (const [name, bytes] of files) {
    const path = Buffer.from(name, 'utf8');
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(VERSION, 0);
    facts.writeUInt16LE(DATE, 8);
    facts.writeUInt32LE(sumOf(bytes), 10);
    facts.writeUInt32LE(bytes.length, 14);
    facts.writeUInt32LE(bytes.length, 18);
    facts.writeUInt16LE(path.length, 22);
    parts.push(numbers(LOCAL), facts, path, bytes);

    const more = Buffer.alloc(14);
    more.writeUInt32LE(place, 10);
    directory.push(numbers(CENTRAL), Buffer.from([VERSION, 0]), facts, more, path);
    place += 4 + facts.length + path.length + bytes.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(index.length, 8);
  end.writeUInt32LE(place, 12);
  return Buffer.concat([...parts, index, numbers(END), end]);
}

function numbers(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function sumOf(bytes: Uint8Array): number {
  let sum = sums.get(bytes);
  if (sum === undefined) {
    sum = crc32(bytes);
    sums.set(bytes, sum);
  }
  return sum;
}
