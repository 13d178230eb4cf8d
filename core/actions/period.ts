export type Unit = 'days' | 'months';

/** A number of calendar days or months. */
export interface Period {
  amount: number;
  unit: Unit;
}

/** The longest period for which an action may give a tier (R16). */
export const LONGEST: Readonly<Record<Unit, number>> = { days: 3650, months: 120 };
