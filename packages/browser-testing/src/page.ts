declare global {
  interface Window {
    /** What a page found, or the error that ended it; `visit` waits for it. */
    report?: object;
  }
}

/** In a page: hands what `make` finds, or its error, to the `visit` or `visitIn` of the test. */
export async function report(make: () => Promise<object>): Promise<void> {
  try {
    window.report = await make();
  } catch (error) {
    // WebKit and Firefox leave the message out of the stack.
    const stack = error instanceof Error ? error.stack : '';
    window.report = { error: `${error}\n${stack}` };
  }
  await fetch('/report', { method: 'POST', body: JSON.stringify(window.report) });
}
