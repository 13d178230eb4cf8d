/** Every cause that a tier change can be recorded with. Stored, and part of the API. */
export const CHANGE_CAUSES = [
  'transaction',
  'recalculation',
  'bulkRecalculation',
  'tierAction',
  'grantEnd',
  'enrolment',
  'programEdit',
  'rebuild',
] as const;

export type ChangeCause = (typeof CHANGE_CAUSES)[number];
