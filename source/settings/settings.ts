/** Where a value came from, the strongest first. */
export type Source = 'flag' | 'environment' | '.env' | 'saved' | 'default';

export type Setting<Value> = {
  readonly value: Value;
  readonly source: Source /** The name it had there. */;
  readonly name: string;
};

/** A secret: it can be handed to who needs it, and shows itself to nobody else. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '••••';
  }

  toJSON(): string {
    return '••••';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '••••';
  }
}

/** What every command may need. Each value says where it came from, so that `doctor` can tell. */
export type Settings = {
  /** `host:port,…`; the default is localhost:9092. */
  readonly brokers: Setting<string>;
  readonly topic: Setting<string | null>;
  readonly group: Setting<string>;
  readonly partitioner: Setting<'java' | 'librdkafka'>;
  readonly securityProtocol: Setting<string>;
  readonly saslMechanism: Setting<string | null>;
  readonly saslUsername: Setting<string | null>;
  readonly saslPassword: Setting<Secret | null>;
  readonly sslCaLocation: Setting<string | null>;
  /** MiB that one batch of records may have when it is unpacked. */
  readonly unpackedLimit: Setting<number>;
};

/** A setting that cannot be used; the message is for the person. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}
