import { request } from 'node:http';
import { connect } from 'node:net';
import mqttPacket from 'mqtt-packet';
import { signedBy } from './test-web-sink.ts';

/** What became of a sign-in: let in, checked and wrong, or not checked. */
export type Outcome = 'right' | 'wrong' | 'delayed';

export interface Guess {
  readonly name: string;
  readonly password: string;
  /** The address on the loopback from which it comes; `127.0.0.1` unless told. */
  readonly from?: string;
}

/** Signs in to the page on a connection of its own. */
export function guessOverHttp(port: number | undefined, guess: Guess): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    request({
      host: '127.0.0.1',
      port,
      path: '/api/visitor',
      agent: false,
      localAddress: guess.from ?? '127.0.0.1',
      headers: signedBy(guess.name, guess.password),
    })
      .on('response', (response) => {
        response.resume();
        const { statusCode } = response;
        if (statusCode === 429 && !/^[1-9]\d*$/.test(response.headers['retry-after'] ?? '')) {
          reject(new Error('429 without Retry-After'));
        }
        const outcomes = new Map<number | undefined, Outcome>([
          [200, 'right'],
          [401, 'wrong'],
          [429, 'delayed'],
        ]);
        const outcome = outcomes.get(statusCode);
        if (outcome) resolve(outcome);
        else reject(new Error(`answered ${statusCode}`));
      })
      .on('error', reject)
      .end();
  });
}

/** Signs in to the broker; a connection that ends without an answer was not checked. */
export function guessOverMqtt(port: number | undefined, guess: Guess): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port: port ?? 0,
      localAddress: guess.from ?? '127.0.0.1',
    });
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    const end = (outcome: Outcome) => {
      socket.destroy();
      resolve(outcome);
    };
    parser.on('packet', (packet) => {
      if (packet.cmd !== 'connack') reject(new Error(`answered with ${packet.cmd}`));
      else if (packet.returnCode === 0) end('right');
      else end(packet.returnCode === 4 ? 'wrong' : 'delayed');
    });
    socket.on('data', (bytes) => parser.parse(bytes));
    socket.on('error', reject);
    socket.on('close', () => end('delayed'));
    socket.on('connect', () =>
      socket.write(
        mqttPacket.generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clientId: `guess-${Math.random().toString(36).slice(2)}`,
          clean: true,
          keepalive: 0,
          username: guess.name,
          password: Buffer.from(guess.password),
        }),
      ),
    );
  });
}

/** How many there are of each. */
export function countOutcomes(outcomes: readonly Outcome[]): Record<Outcome, number> {
  const count = (wanted: Outcome) => outcomes.filter((outcome) => outcome === wanted).length;
  return { right: count('right'), wrong: count('wrong'), delayed: count('delayed') };
}
