/** Long names mapped to short ones. DynamoDB charges for names, so repeated objects are stored under short names. */
type Names = Readonly<Record<string, string>>;

/** Returns the reverse map: short names to long ones. */
export function longNames(shortNames: Names): Names {
  return Object.fromEntries(Object.entries(shortNames).map(([long, short]) => [short, long]));
}

export function renamed(fields: object, names: Names): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [names[name], value]));
}
