import type {Setting, Settings, Source} from './settings.ts';

/** The stronger, the smaller. What was saved holds no setting of these; a default is the program's own word. */
const strengths: Readonly<Record<Source, number>> = {
  flag: 0,
  environment: 1,
  '.env': 2,
  saved: 3,
  default: 0,
};

/** Settings that decide where credentials go, and in which form. */
const deciding = ['brokers', 'securityProtocol', 'saslMechanism', 'sslCaLocation'] as const;

/**
 * Settings by which a weaker source decides where credentials of a stronger one go. A password goes only where its own
 * source says, or a stronger one: in a folder that somebody else has made, `.env` would name their server, and get it.
 * None where no credentials are sent.
 */
export function weakerWay(settings: Settings): readonly Setting<unknown>[] {
  const {securityProtocol, saslUsername, saslPassword} = settings;
  if (!securityProtocol.value.toUpperCase().startsWith('SASL')) return [];
  const credentials = [saslUsername, saslPassword].filter(({value}) => value !== null);
  const strongest = Math.min(...credentials.map(({source}) => strengths[source]));
  return deciding
    .map(name => settings[name])
    .filter(({source, value}) => value !== null && strengths[source] > strongest);
}
