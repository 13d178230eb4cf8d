import type { Fault } from '../../../fakes/unreliable.ts';

/** Like `unreliableWire`, for an HTTP client without middleware. Requests for tokens always succeed. */
export function unreliableFetch(): {
  fetch: typeof fetch;
  befall(fault: Fault | undefined): void;
  fault(): Fault | undefined;
} {
  let on: Fault | undefined;
  let calls = 0;

  const unreliable: typeof fetch = async (input, init) => {
    const isForToken = String(input).endsWith('/token');
    if (on === undefined || isForToken) return fetch(input, init);
    const isFirst = ++calls === 1;
    const isDone = on === 'repeated' || (isFirst && on.endsWith(', done'));
    const answer = isDone ? await fetch(input, init) : undefined;
    if (on === 'throttled') return refusal(429, 'RESOURCE_EXHAUSTED');
    if (on.startsWith('server error')) return refusal(503, 'UNAVAILABLE');
    if (on === 'repeated' && !isFirst) return answer!;
    const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    throw new TypeError('fetch failed', { cause });
  };

  return {
    fetch: unreliable,
    befall(fault) {
      on = fault;
      calls = 0;
    },
    fault: () => on,
  };
}

function refusal(status: number, word: string): Response {
  return new Response(JSON.stringify({ error: { code: status, status: word } }), { status });
}
