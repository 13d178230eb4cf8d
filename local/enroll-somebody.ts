import { UnexpectedAnswer } from './demo/calls.ts';
import { Customer } from './demo/customer.ts';
import { setStage } from './demo/stage.ts';
import type { DemoOutcome } from './demo.ts';
import type { LocalCloud } from './local-cloud.ts';

/** Enrolls one made-up member, which proves that a brand's stack answers, and gives the printed `curl` lines somebody to act on. */
export async function enrollSomebody(
  { address }: Pick<LocalCloud, 'address'>,
  signal: AbortSignal,
): Promise<DemoOutcome> {
  const member = new Customer('Ada', '+34600000001', await setStage(address, signal));
  try {
    await member.join();
    return {
      ok: true,
      memberId: member.memberId,
      seen: `The stack answers at ${address.url}. Ada is a member: ${member.standing}.`,
    };
  } catch (error) {
    if (!(error instanceof UnexpectedAnswer)) throw error;
    return { ok: false, memberId: member.memberId, seen: error.message };
  }
}
