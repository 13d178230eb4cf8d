/** FNV-1a, 64 bits, as text. http://www.isthe.com/chongo/tech/comp/fnv/ It tells contents apart; it protects nothing. */
export function fingerprint(content: unknown): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(canonical(content))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(36);
}

/** JSON with every object's names in order, so that rearranging a file changes nothing. */
function canonical(content: unknown): string {
  return JSON.stringify(content, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Whether two contents are the same, but for the order of names, and for what is undefined. */
export function hasSameContent(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}
