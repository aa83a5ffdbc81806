/** The records have more bytes than are looked at. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}
