/** An error whose message alone helps the user: the demo prints it without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
