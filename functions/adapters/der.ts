/** The part of ASN.1's DER encoding that certificates and pass signatures need. https://www.itu.int/rec/T-REC-X.690 */

const TAGS = { integer: 0x02, bitString: 0x03, octetString: 0x04, null: 0x05, oid: 0x06, utf8: 0x0c, utcTime: 0x17 };
const SEQUENCE = 0x30;
const SET = 0x31;
const MULTIPLE_BYTES = 0x80;

function element(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < MULTIPLE_BYTES) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  const first = bytes.findIndex((byte) => byte !== 0);
  return Buffer.concat([Buffer.from([MULTIPLE_BYTES | (4 - first)]), bytes.subarray(first)]);
}

export const der = {
  sequence: (...parts: Uint8Array[]) => element(SEQUENCE, ...parts),
  /** DER sorts the elements of a set by their bytes. */
  set: (...parts: Uint8Array[]) => element(SET, ...[...parts].sort(Buffer.compare)),
  /** A constructed element under a context-specific tag. */
  tagged: (number: number, ...parts: Uint8Array[]) => element(0xa0 | number, ...parts),
  /** A primitive element under a context-specific tag. */
  taggedPrimitive: (number: number, content: Uint8Array) => element(0x80 | number, content),
  integer: (value: number) => element(TAGS.integer, Buffer.from([value])),
  /** A positive integer of any length, from its big-endian bytes. */
  bigInteger: (bytes: Uint8Array) => element(TAGS.integer, ...(bytes[0]! & 0x80 ? [Buffer.from([0])] : []), bytes),
  boolean: (value: boolean) => element(0x01, Buffer.from([value ? 0xff : 0])),
  bitString: (bytes: Uint8Array) => element(TAGS.bitString, Buffer.from([0]), bytes),
  octetString: (bytes: Uint8Array) => element(TAGS.octetString, bytes),
  null: () => element(TAGS.null),
  utf8: (text: string) => element(TAGS.utf8, Buffer.from(text, 'utf8')),
  /** A moment from 1950 to 2049, to the second. */
  utcTime: (at: number) =>
    element(TAGS.utcTime, Buffer.from(`${new Date(at).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`, 'latin1')),
  oid: (dotted: string) => element(TAGS.oid, oidBytes(dotted)),
};

function oidBytes(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]];
  return Buffer.from([first * 40 + second, ...rest.flatMap(base128)]);
}

/** Seven bits in each byte; the high bit says that another byte follows. */
function base128(value: number): number[] {
  const bytes = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) bytes.unshift((left % 128) | 0x80);
  return bytes;
}

/** Returns the parts of a constructed element, each with its tag and encoding. @throws RangeError where the bytes end early */
export function partsOf(bytes: Buffer): { tag: number; encoded: Buffer }[] {
  const { start, end } = contentOf(bytes, 0);
  const parts: { tag: number; encoded: Buffer }[] = [];
  for (let place = start; place < end; ) {
    const part = contentOf(bytes, place);
    if (part.end > end) throw new RangeError('An element is longer than what it is a part of.');
    parts.push({ tag: bytes[place]!, encoded: bytes.subarray(place, part.end) });
    place = part.end;
  }
  return parts;
}

function contentOf(bytes: Buffer, place: number): { start: number; end: number } {
  const first = bytes.readUInt8(place + 1);
  if (first < MULTIPLE_BYTES) return { start: place + 2, end: place + 2 + first };
  const count = first - MULTIPLE_BYTES;
  const start = place + 2 + count;
  return { start, end: start + bytes.readUIntBE(place + 2, count) };
}
