/** What a figure must keep to. */
export interface Limit {
  what: string;
  unit: string;
  measured: number;
  sense: 'at most' | 'at least';
  bound: number;
}

export function isKept({ measured, sense, bound }: Limit): boolean {
  return sense === 'at most' ? measured <= bound : measured >= bound;
}
