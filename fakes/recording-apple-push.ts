import type { ApplePush, Pushed } from '../core/ports.ts';

/** Apple's push service: it remembers what it took, and answers about a token as it was told to. */
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

  /** From now on, about that token. */
  answer(pushToken: string, answer: Pushed): void {
    this.#answers.set(pushToken, answer);
  }
}
