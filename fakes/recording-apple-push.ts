import type { ApplePush, Pushed } from '../core/ports.ts';

/** Apple's push service: records accepted pushes, and answers for a token as a test sets it. */
export class RecordingApplePush implements ApplePush {
  readonly sent: string[] = [];
  readonly #answers = new Map<string, Pushed>();

  async push(pushTokens: readonly string[]): Promise<Pushed[]> {
    return pushTokens.map((token) => {
      const answer = this.#answers.get(token) ?? { status: 'taken' };
      if (answer.status === 'taken') this.sent.push(token);
      return answer;
    });
  }

  /** Sets the answer for this token from now on. */
  answer(pushToken: string, answer: Pushed): void {
    this.#answers.set(pushToken, answer);
  }
}
