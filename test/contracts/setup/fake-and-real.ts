/** An implementation to test, and its name in the suite's title. */
export type Implementation<Subject> = [called: string, subject: Subject];

/**
 * A port's fake and its real adapter, for a suite to run over: `describe.each(…)`. `test/every-port.test.ts` reads
 * these calls and shows that every port has such a suite.
 * @typeParam Port one of `core/ports.ts`
 * @typeParam Subject the port, or an object with the port and the suite's observations
 */
export function fakeAndReal<Port, Subject extends Port | { port: Port } = Port>(
  fake: Implementation<Subject>,
  real: Implementation<Subject>,
): Implementation<Subject>[] {
  return [fake, real];
}

/** A port without a fake, because it calls no provider that a fake could replace: tests use the deployed adapter. */
export function realOnly<Port>(real: Implementation<Port>): Implementation<Port>[] {
  return [real];
}
