/** DynamoDB is paid for names as for values: what an item holds many of is stored under short ones. */
type Names = Readonly<Record<string, string>>;

/** The way back. */
export function longNames(shortNames: Names): Names {
  return Object.fromEntries(Object.entries(shortNames).map(([long, short]) => [short, long]));
}

export function renamed(fields: object, names: Names): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [names[name], value]));
}
