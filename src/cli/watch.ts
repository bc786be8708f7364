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
import { describeNetworkError } from './network-error.ts';
import { exitStatus, type Environment, wantsColours } from './environment.ts';

/** What of an event is printed; the topic is the appliance's own, `blinky/event`. */
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
  summary: 'Print events as they arrive, from the broker of an appliance.',
  usage: '[options]',
  options: {
    from: {
      type: 'string',
      placeholder: 'HOST[:PORT]',
      help: 'the broker (default 127.0.0.1:1883)',
    },
    json: { type: 'boolean', help: 'print the whole event as JSON, one a line' },
    ca: {
      type: 'string',
      placeholder: 'FILE',
      help: 'speak TLS (port 8883), and trust this CA: http://HOST/ca.crt of the appliance',
    },
    'user-name': { type: 'string', placeholder: 'NAME', help: 'sign in as this broker user' },
    'password-variable': {
      type: 'string',
      placeholder: 'NAME',
      help: 'the environment variable that holds the password (default BLINKY_PASSWORD)',
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
        if (text !== lastTrouble) say(`${text}; trying again (Ctrl+C ends)`);
        lastTrouble = text;
      };
      client.on('connect', () => {
        lastTrouble = '';
        isExplained = false;
        say(`watching ${place} (Ctrl+C ends)`);
        client.subscribe('blinky/event', (error, granted) => {
          const isRefused = granted?.some(({ qos }) => qos >= 128) ?? false;
          if (error || isRefused)
            say(
              "the broker doesn't let this client subscribe. Fix: sign in with --user-name, or see the appliance's log",
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
  [3, "refused: too many clients, or too many wrong passwords. Fix: see the appliance's log"],
  [4, 'refused: user name or password is wrong'],
  [5, 'refused: it wants a user. Fix: sign in with --user-name'],
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
    throw new UsageError(`--ca: ${file} can't be read (${String(error)})`);
  }
}

function printJson(json: string, { stdout }: Environment): void {
  stdout.write(`${json}\n`);
}

/** By kind, as a text: an appliance of a later version may know more of them. */
const marks: ReadonlyMap<string, Mark> = new Map(
  eventKinds.map((kind) => [kind, markFor(kinds[kind].light)]),
);
const otherMark = markFor('none');

type Mark = ReturnType<typeof markFor>;

/** The light that an event has by default. */
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
