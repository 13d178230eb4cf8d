/**
 * Makes a value, and all that it holds, unchangeable. What a store was given is kept apart from whoever gave it and whoever reads it, as
 * behind a wire; a copy for each would say the same and take a hundred times as long, and a change would go unnoticed where here it throws.
 */
export function frozen<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const name in value) frozen(value[name]);
  return value;
}
