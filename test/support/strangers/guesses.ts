import { request } from 'node:http';
import { type Attack, addressOf, type Scene } from './attack.ts';
import { keepCrowd, rest, whenAborted } from './crowd.ts';
import { openRawClient } from './raw-client.ts';

/** Whose password is guessed. */
export const guessedUser = 'anna';

/** Guesses a password over HTTP; the result is the status of the answer, or 0. */
function guessOverHttp(scene: Scene, index: number): Promise<number> {
  const { target, signal } = scene;
  return new Promise((resolve) => {
    const asked = request(
      {
        host: target.host,
        port: target.webPort,
        path: '/api/visitor',
        auth: `${guessedUser}:guess ${index}`,
        localAddress: addressOf(scene, index),
        agent: false,
        signal,
      },
      (answer) => {
        answer.resume();
        answer.on('close', () => resolve(answer.statusCode ?? 0));
      },
    );
    asked.on('error', () => resolve(0));
    asked.end();
  });
}

const overHttp = async (scene: Scene) => {
  await keepCrowd(scene, {
    perSecond: 5 * scene.count,
    open: async (index) => {
      scene.tally.add(`answered ${await guessOverHttp(scene, index)}`);
      await rest(100, scene.signal);
    },
  });
};

const overMqtt = async (scene: Scene) => {
  await keepCrowd(scene, {
    perSecond: 5 * scene.count,
    open: async (index) => {
      const client = openRawClient({
        target: scene.target,
        localAddress: addressOf(scene, index),
        connect: {
          clientId: `guess-${index % scene.count}`,
          userName: guessedUser,
          password: `guess ${index}`,
        },
        tally: scene.tally,
      });
      whenAborted(scene.signal, client.ended, () => client.socket.destroy());
      await client.welcome;
      client.socket.destroy();
      await client.ended;
      await rest(100, scene.signal);
    },
  });
};

export const guessAttacks = {
  'guess-http': {
    what: 'passwords are guessed over HTTP, so many at once',
    count: 150,
    addresses: 5,
    run: overHttp,
  },
  'guess-mqtt': {
    what: 'passwords are guessed over MQTT, so many at once',
    count: 240,
    addresses: 5,
    run: overMqtt,
  },
} as const satisfies Record<string, Attack>;
