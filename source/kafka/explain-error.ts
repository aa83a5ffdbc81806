export function explainError(error: unknown, _context: {brokers?: readonly string[]; topic?: string}) {
  return {sentence: error instanceof Error ? error.message : String(error), kind: 'other', retryable: true};
}
