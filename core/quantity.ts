/** Numbers as people read them in messages: with thousands separators, and with their noun in the right number. */

let wholeNumbers: Intl.NumberFormat | undefined;

/** "1,200". */
export function formatNumber(value: number): string {
  wholeNumbers ??= new Intl.NumberFormat('en');
  return wholeNumbers.format(value);
}

/** "1 member", "0 members", "1,200 members", "2 batches". */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(count)} ${count === 1 ? noun : plural}`;
}

/** "intake", "intake or admin", "days, months or years": each alternative once. */
export function anyOf(alternatives: readonly string[]): string {
  const each = [...new Set(alternatives)];
  const last = each.pop() ?? '';
  return each.length === 0 ? last : `${each.join(', ')} or ${last}`;
}
