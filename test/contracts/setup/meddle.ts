/** Tries to change an object passed to or returned by a store. A frozen object may refuse, which is fine. */
export function meddle(change: () => void): void {
  try {
    change();
  } catch (error) {
    const isRefused = error instanceof TypeError && /read only|not extensible/.test(error.message);
    if (!isRefused) throw error;
  }
}
