/** Leaves the findings of a page, or its error, where the test looks for them. */
export async function report(make) {
  try {
    window.report = await make();
  } catch (error) {
    window.report = { error: String(error.stack ?? error) };
  }
}
