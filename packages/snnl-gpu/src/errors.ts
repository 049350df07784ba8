/** A condition that the user can mend; its message is all that there is to see. */
export class UserError extends Error {}

/** What something that was thrown says. */
export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
