/** What a suite is run over, and what it is called in the suite's title. */
export type Implementation<Subject> = [called: string, subject: Subject];

/**
 * A port's fake and its real adapter, for a suite to run over one after the other: `describe.each(…)`. That every port has such a suite
 * is shown by `test/every-port.test.ts`, which reads these calls.
 * @typeParam Port one of `core/ports.ts`
 * @typeParam Subject the port, or what holds it together with what a suite looks at
 */
export function fakeAndReal<Port, Subject extends Port | { port: Port } = Port>(
  fake: Implementation<Subject>,
  real: Implementation<Subject>,
): Implementation<Subject>[] {
  return [fake, real];
}

/** A port that asks nobody for anything that a fake could give instead: what is deployed is what tests use, too. */
export function realOnly<Port>(real: Implementation<Port>): Implementation<Port>[] {
  return [real];
}
