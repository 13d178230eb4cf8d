/** What one member may take, among others who wait behind it. */
export const MEMBER_LIMIT_MS = 20_000;

/** @throws where the work is not done within a member's time; it may still be done later, which does no harm */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut()), MEMBER_LIMIT_MS);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

function timedOut(): Error {
  return Object.assign(new Error(`It took longer than ${MEMBER_LIMIT_MS} ms.`), { code: 'ETIMEDOUT' });
}
