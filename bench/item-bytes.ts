import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * How large DynamoDB takes an item for.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Record<string, AttributeValue>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

/** A list or a map: what it takes itself, and for each element. */
const STRUCTURE = 3;
const ELEMENT = 1;

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.L !== undefined) return value.L.reduce((sum, part) => sum + ELEMENT + valueBytes(part), STRUCTURE);
  if (value.M !== undefined) {
    const parts = Object.entries(value.M);
    return parts.reduce((sum, [key, part]) => sum + ELEMENT + Buffer.byteLength(key) + valueBytes(part), STRUCTURE);
  }
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  throw new Error(`Laurel stores no ${Object.keys(value).join()}.`);
}

/** About one byte for two significant digits, and one more; another for a sign. */
function numberBytes(text: string): number {
  const significant = text.replace(/[-.]/g, '').replace(/^0+|0+$/g, '');
  return Math.ceil(significant.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}
