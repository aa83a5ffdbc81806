import {isIP} from 'node:net';
import {connect} from 'node:tls';
import {describePort} from './probe-port.ts';

export type Certificate = {
  readonly subject: string;
  /** As the certificate says it. */
  readonly validTo: string;
};

/**
 * Speaks TLS with what listens there, as a client would, and tells whom it met. Rejects with a clause for a person: not
 * trusted, no TLS at all, nothing there, no answer within the deadline (ms).
 */
export function shakeHands(
  host: string,
  port: number,
  trust: {readonly ca?: string[]},
  deadline: number,
): Promise<Certificate> {
  return new Promise((resolve, reject) => {
    const name = isIP(host) ? {} : {servername: host};
    const socket = connect({host, port, ...trust, ...name});
    const end = (act: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      act();
    };
    const fail = (error: NodeJS.ErrnoException) =>
      end(() => void explain(error, `${host}:${port}`).then(sentence => reject(new Error(sentence))));
    const timer = setTimeout(
      () => fail(Object.assign(new Error(`no TLS answer within ${deadline / 1000} s`), {code: 'silent'})),
      deadline,
    );
    socket.once('secureConnect', () => {
      const {subject, valid_to: validTo} = socket.getPeerCertificate();
      end(() => resolve({subject: String(subject?.CN ?? host), validTo}));
    });
    socket.once('error', fail);
  });
}

async function explain({code = '', message}: NodeJS.ErrnoException, at: string): Promise<string> {
  if (code === 'ECONNREFUSED') return 'nothing is listening there';
  if (/SELF_SIGNED|UNABLE_TO|CERT_|ALTNAME/.test(code))
    return `the certificate is not trusted (${code}); KAFKA_SSL_CA_LOCATION names its CA`;
  return (await describePort(at, {speaksTls: true})) ?? `no TLS there (${message})`;
}
