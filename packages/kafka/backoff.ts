// The pause before something is tried again: longer each time, never longer than a few seconds.
const firstMs = 100
const longestMs = 5000

export const backoff = (attempt: number): Promise<void> =>
  new Promise(resolve => setTimeout(resolve, Math.min(firstMs * 2 ** attempt, longestMs)))
