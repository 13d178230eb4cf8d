/** Tries to change what a store was given, or gave: a store in memory may refuse it, and one on a wire does not even notice. */
export function meddle(change: () => void): void {
  try {
    change();
  } catch (error) {
    const isRefused = error instanceof TypeError && /read only|not extensible/.test(error.message);
    if (!isRefused) throw error;
  }
}
