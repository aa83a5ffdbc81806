import kafkaErrors from 'kafkajs/src/protocol/error.js';

/** The broker's word for its error code, such as MESSAGE_TOO_LARGE; null for none. */
export function errorTypeOf(code: number): string | null {
  if (code === 0) return null;
  const {type, message} = kafkaErrors.createErrorFromCode(code);
  return type === 'KAFKAJS_UNKNOWN_ERROR_CODE' ? (newer[code] ?? message) : type;
}

/** Words that are newer than KafkaJS, as far as an answer to this tool can have them. */
const newer: Readonly<Record<number, string>> = {
  89: 'THROTTLING_QUOTA_EXCEEDED',
  94: 'INCONSISTENT_VOTER_SET',
  99: 'PRINCIPAL_DESERIALIZATION_FAILURE',
  100: 'UNKNOWN_TOPIC_ID',
  103: 'INCONSISTENT_TOPIC_ID',
  109: 'OFFSET_MOVED_TO_TIERED_STORAGE',
};

/** What a broker refused: its word, and what it says beside it. KafkaJS drops the second. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly type: string;
  /** The broker's own words; null: none. */
  readonly reason: string | null;

  constructor(type: string, reason: string | null) {
    super(reason ?? type);
    this.type = type;
    this.reason = reason;
  }
}
