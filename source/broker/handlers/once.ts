/**
 * What was asked, each once. A name takes a few bytes, and its answer can take thousands of them: one small request that
 * says it a million times would otherwise fill the memory.
 */
export function once<T>(asked: readonly T[], key: (each: T) => unknown = each => each): T[] {
  const seen = new Set<unknown>();
  return asked.filter(each => {
    const own = key(each);
    return !seen.has(own) && seen.add(own);
  });
}
