import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { z } from 'zod';
import { lampRows } from '../../hardware/lamp.ts';
import { eventKinds, kinds } from '../events/kinds.ts';
import type { LightChoice } from '../lights/settings.ts';
import {
  type Command,
  hostOption,
  refuseExtraArguments,
  textOption,
  UsageError,
} from './command.ts';
import { type Environment, exitStatus, wantsColours } from './environment.ts';
import { describeNetworkError } from './network-error.ts';

/** The fields of `blinky/event` that are printed. */
const watchedEvent = z.object({
  receivedAt: z.string(),
  timeUnknown: z.boolean().optional(),
  kind: z.string(),
  command: z.string(),
  host: z.string(),
  userDirectory: z.string(),
  userId: z.string(),
  appId: z.string().optional(),
});

export const watchCommand: Command = {
  name: 'watch',
  summary: "Print events as they arrive, using Blinky's MQTT broker.",
  usage: '[options]',
  options: {
    from: {
      type: 'string',
      placeholder: 'HOST[:PORT]',
      help: 'MQTT broker (default 127.0.0.1:1883)',
    },
    json: { type: 'boolean', help: 'print each event as one line of JSON' },
    ca: {
      type: 'string',
      placeholder: 'FILE',
      help: 'use TLS (port 8883) and trust this CA; download it from http://HOST/ca.crt',
    },
    'user-name': { type: 'string', placeholder: 'NAME', help: 'sign in as this user' },
    'password-variable': {
      type: 'string',
      placeholder: 'NAME',
      help: 'environment variable with the password (default BLINKY_PASSWORD)',
    },
  },
  examples: ['blinky watch --from blinky.local', 'blinky watch --json | jq .userId'],
  run: async ({ positionals, values, environment }) => {
    refuseExtraArguments(positionals, 0);
    const { host, port } = hostOption(values, 'from', {
      host: '127.0.0.1',
      port: values['ca'] === undefined ? 1883 : 8883,
    });
    const ca = readCa(textOption(values, 'ca'));
    const userName = textOption(values, 'user-name');
    const variable = textOption(values, 'password-variable') ?? 'BLINKY_PASSWORD';
    const password = environment.variables[variable];
    const place = `mqtt${ca === undefined ? '' : 's'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
    const print = values['json'] === true ? printJson : printLine;

    const { connect } = await import('mqtt');
    return new Promise((resolve) => {
      const client = connect(place, {
        connectTimeout: 5000,
        reconnectPeriod: 2000,
        ...(ca !== undefined && { ca }),
        ...(userName !== undefined && { username: userName, password: password ?? '' }),
      });
      const say = (text: string) => environment.stderr.write(`${text}\n`);
      let lastTrouble = '';
      let isExplained = false;
      const trouble = (text: string) => {
        if (text !== lastTrouble) say(`${text}; retrying (press Ctrl+C to stop)`);
        lastTrouble = text;
      };
      client.on('connect', () => {
        lastTrouble = '';
        isExplained = false;
        say(`watching ${place} (press Ctrl+C to stop)`);
        client.subscribe('blinky/event', (error, granted) => {
          const isRefused = granted?.some(({ qos }) => qos >= 128) ?? false;
          if (error || isRefused)
            say(
              "the broker refused the subscription. Fix: sign in with --user-name, or see Blinky's log",
            );
        });
      });
      client.on('reconnect', () => {
        isExplained = false;
      });
      client.on('error', (error) => {
        isExplained = true;
        trouble(`${place}: ${refusalInWords(error) ?? describeNetworkError(error)}`);
      });
      client.on('close', () => {
        if (!isExplained) trouble(`${place}: the connection was closed`);
      });
      client.on('message', (_topic, payload) => print(payload.toString(), environment));
      environment.onSignal(() => client.end(true, () => resolve(exitStatus.fine)));
    });
  },
};

/** CONNACK's return codes (MQTT 3.1.1, section 3.2.2.3), and what to do about them. */
const refusals = new Map<unknown, string>([
  [3, "refused: too many clients or failed sign-ins. Fix: see Blinky's log"],
  [4, 'refused: wrong user name or password'],
  [5, 'refused: sign-in required. Fix: use --user-name'],
]);

function refusalInWords(error: Error): string | undefined {
  return 'code' in error ? refusals.get(error.code) : undefined;
}

/** @throws UsageError when the file can't be read */
function readCa(file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`--ca: can't read ${file} (${String(error)})`);
  }
}

function printJson(json: string, { stdout }: Environment): void {
  stdout.write(`${json}\n`);
}

/** By kind, as text: a later version of Blinky may have more kinds. */
const marks: ReadonlyMap<string, Mark> = new Map(
  eventKinds.map((kind) => [kind, markFor(kinds[kind].light)]),
);
const otherMark = markFor('none');

type Mark = ReturnType<typeof markFor>;

/** Returns the mark for the light that an event uses by default. */
function markFor(light: LightChoice) {
  if (light === 'none') return { mark: '○', colour: 'gray' } as const;
  return { mark: '●', colour: lampRows[light].terminal };
}

function printLine(json: string, { stdout, variables }: Environment): void {
  const result = watchedEvent.safeParse(safeJson(json));
  if (!result.success) return;
  const event = result.data;
  const { mark, colour } = marks.get(event.kind) ?? otherMark;
  const shown = wantsColours(stdout, variables)
    ? styleText(colour, mark, { validateStream: false })
    : mark;
  const time = event.timeUnknown
    ? '--:--:--'
    : new Date(event.receivedAt).toTimeString().slice(0, 8);
  const app = event.appId ? `  app ${event.appId}` : '';
  stdout.write(
    `${time} ${shown} ${event.command.padEnd(16)} ${event.userDirectory}/${event.userId} on ${event.host}${app}\n`,
  );
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
