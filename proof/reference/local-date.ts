const calendars = new Map<string, { format: Intl.DateTimeFormat; known: Map<number, string> }>();

/** So many dates of a zone are remembered: the same moments are asked for again and again. */
const MOST_KNOWN = 2000;

/** The date that a wall calendar in the zone shows at a moment, `YYYY-MM-DD`. */
export function dateIn(timeZone: string, moment: number): string {
  let calendar = calendars.get(timeZone);
  if (!calendar) {
    calendar = { format: new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' }), known: new Map() };
    calendars.set(timeZone, calendar);
  }
  const { format, known } = calendar;
  const remembered = known.get(moment);
  if (remembered !== undefined) return remembered;
  if (known.size >= MOST_KNOWN) known.clear();
  const date = format.format(moment);
  known.set(moment, date);
  return date;
}
