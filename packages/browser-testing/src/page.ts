declare global {
  interface Window {
    /** What a page found, or the error that ended it; `visit` waits for it. */
    report?: object;
  }
}

/** In a page: hands what `make` finds, or its error, to the `visit` of the test. */
export async function report(make: () => Promise<object>): Promise<void> {
  try {
    window.report = await make();
  } catch (error) {
    window.report = { error: String(error instanceof Error ? error.stack : error) };
  }
}
