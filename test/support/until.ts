// Waits for a condition to hold; the test's own time limit ends it when it never does.
export async function until(holds: () => boolean | Promise<boolean>, everyMs = 50): Promise<void> {
  while (!(await holds())) await new Promise(resolve => setTimeout(resolve, everyMs))
}
