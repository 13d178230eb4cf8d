/** What only some stacks have: undefined where this one was deployed without it. */
export function readOptional(name: string): string | undefined {
  return process.env[name] || undefined;
}

/**
 * What a function needs from its environment, read once: all missing names are told at once.
 * @returns the values by name
 */
export function readEnvironment<Name extends string>(...names: Name[]): Record<Name, string> {
  const missing = names.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    throw new Error(
      `The environment lacks ${missing.join(', ')}. The stack sets them: was this function deployed by it?`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, process.env[name]])) as Record<Name, string>;
}
