import {connect} from 'node:net';

/** What answers on a port, as far as a first request tells. */
export type PortAnswer = 'kafka' | 'http' | 'tls' | 'closes' | 'silent' | 'refused' | 'other';

const words: Partial<Record<PortAnswer, string>> = {
  http: 'an HTTP server answers there, not a Kafka broker',
  tls: 'it speaks TLS; this connection was plain',
  closes:
    'it closes the connection when asked in Kafka’s protocol without TLS: it may want TLS, or may not be a Kafka broker',
  silent: 'it takes connections and does not answer: it may want TLS, or hang, or may not be a Kafka broker',
  other: 'something answers there that is not a Kafka broker',
};

/** The same, where the connection that failed spoke TLS: then a plain answer is what is wrong. */
const wordsForTls: Partial<Record<PortAnswer, string>> = {
  kafka: 'a Kafka broker answers there without TLS, and this connection wants TLS',
  http: words.http!,
};

/** A clause for a person about what answers there, or null where that explains nothing. */
export async function describePort(
  address: string,
  {speaksTls = false, deadline = 2000} = {},
): Promise<string | null> {
  const at = address.lastIndexOf(':');
  const answer = await probePort(address.slice(0, at), Number(address.slice(at + 1)), deadline);
  return (speaksTls ? wordsForTls : words)[answer] ?? null;
}

/** Sends ApiVersions v0 over a plain connection and looks at the first bytes that come back. */
export function probePort(host: string, port: number, deadline: number): Promise<PortAnswer> {
  return new Promise(resolve => {
    const request = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff]);
    const socket = connect(port, host, () => socket.write(request));
    let received = Buffer.alloc(0);
    const done = (answer: PortAnswer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => done(received.length > 0 ? 'other' : 'silent'), deadline);
    socket.on('data', data => {
      received = Buffer.concat([received, data]);
      if (received.length < 8) return;
      if (received.toString('latin1', 0, 5) === 'HTTP/') done('http');
      else if (received[0] === 0x15 && received[1] === 3) done('tls');
      else done(received.readInt32BE(4) === 7 ? 'kafka' : 'other');
    });
    socket.on('end', () => done(received[0] === 0x15 ? 'tls' : received.length > 0 ? 'other' : 'closes'));
    socket.on('error', error =>
      done((error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'refused' : 'closes'),
    );
  });
}
