/** A condition that the user can mend; its message is all that there is to see. */
export class UserError extends Error {}
