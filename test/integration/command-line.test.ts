import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { freeTcpPort } from '../bench/targets/ports.ts';
import { startBundled } from '../support/child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp, testSettings } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

/** Runs `blinky args…` in an empty folder, to its end. */
async function blinky(context: TestContext, args: string[], environment = {}) {
  const child = await startBundled(context, 'src/main.ts', args, {
    cwd: temporaryFolder(context),
    environment,
  });
  const status = await child.ended;
  return { status, output: child.output() };
}

/** Of the form of a password hash. */
const hush = `scrypt:32768:8:1:${'h'.repeat(22)}:${'u'.repeat(43)}`;

describe('the command line', () => {
  test('--help and --version, of the program and of every command', async (context) => {
    const overview = await blinky(context, ['--help']);
    assert.equal(overview.status, 0);
    const names = [...overview.output.matchAll(/^ {2}(\w+) {2,}/gm)].map(([, name]) => name ?? '');
    assert.ok(names.length >= 5, overview.output);
    for (const name of names) {
      const { status, output } = await blinky(context, [name, '--help']);
      assert.equal(status, 0);
      assert.match(output, new RegExp(`^Usage: blinky ${name}`));
    }
    for (const args of [
      ['help', 'send'],
      ['send', '-h'],
    ]) {
      assert.match((await blinky(context, args)).output, /^Usage: blinky send/);
    }
    assert.match((await blinky(context, ['--version'])).output, /^\d+\.\d+\.\d+\n$/);
  });

  const wrong: readonly [string[], RegExp][] = [
    [['chek'], /^blinky: unknown command "chek"; did you mean check\?\n$/],
    [
      ['run', '--conf=x'],
      /^blinky run: unknown option --conf; did you mean --config\?; see blinky run --help\n$/,
    ],
    [['dance'], /^blinky: unknown command "dance"; run blinky --help for a list\n$/],
    [
      ['send'],
      /^blinky send: missing event; use start, stop, open or close; see blinky send --help\n$/,
    ],
    [['send', 'jump'], /unknown event "jump"; use start, stop, open or close;/],
    [
      ['send', 'open', '--user', 'goran'],
      /--user must be DIRECTORY\/ID, such as LAB\/goran \(found "goran"\)/,
    ],
    [['send', 'open', '--count', '-1'], /--count/],
    [['send', 'open', '--rate', 'fast'], /--rate must be a whole number/],
    [['send', 'open', '--to', 'host:99999'], /--to must be HOST or HOST:PORT/],
    [
      ['send', 'open', '--dialect', 'qlik'],
      /unknown dialect "qlik"; use butler-6, butler-sos or butler-4;/,
    ],
    [['appender'], /missing option --address, for example --address 10\.0\.0\.5/],
    [
      ['appender', '--address', '10.0.0.5:9997'],
      /"10\.0\.0\.5:9997" includes a port; use --address 10\.0\.0\.5 --port 9997;/,
    ],
    [['appender', '--address', '1:2'], /includes a port; .* give the port with --port;/],
    [['appender', '--address', '10.0.0.999'], /not a valid IPv4 address: 999 is more than 255/],
    [['appender', '--address', '0.0.0.0'], /"0\.0\.0\.0" means every address/],
    [['run', '--colour'], /^blinky run: unknown option --colour; see blinky run --help\n$/],
    [['config', 'extra'], /unexpected argument "extra"/],
    [
      ['run', '--config'],
      /^blinky run: --config needs a value: --config FILE; see blinky run --help\n$/,
    ],
    [['send', 'open', '--host', 'a;b'], /--host must be text without semicolons \(found "a;b"\)/],
    [['help', 'dance'], /unknown command "dance"/],
    [['passwd', 'anna', '--password-variable', 'NOPE'], /environment variable NOPE is not set/],
  ];
  for (const [args, message] of wrong) {
    test(`blinky ${args.join(' ')}: one line, exit status 2`, async (context) => {
      const { status, output } = await blinky(context, args);
      assert.equal(status, 2, output);
      assert.match(output, message);
      assert.equal(output.trim().split('\n').length, 1);
    });
  }

  test('a wrong configuration: its lines, exit status 78, nothing started', async (context) => {
    const folder = temporaryFolder(context);
    const file = join(folder, 'blinky.yaml');
    writeFileSync(file, 'Butler:\n  webConfig:\n    port: everywhere\n');
    const { status, output } = await blinky(context, ['run', '--config', file]);
    assert.equal(status, 78);
    assert.equal(
      output,
      `${file}:3: Butler.webConfig.port: found "everywhere"; allowed: a port number from 1 to 65535 (0: any free port)\n`,
    );
  });

  test('the effective configuration, secrets hidden', async (context) => {
    const { status, output } = await blinky(context, [
      'config',
      '--set',
      `brokerConfig.access.users=[{name: a, passwordHash: "${hush}"}]`,
    ]);
    assert.equal(status, 0);
    assert.match(output, /^# no configuration file, using defaults\nButler:\n {2}logLevel: info\n/);
    assert.match(output, /passwordHash: \(hidden\)/);
    assert.ok(!output.includes(hush));
  });

  test('the appender file', async (context) => {
    const { status, output } = await blinky(context, [
      'appender',
      '--address',
      '10.0.0.5',
      '--variant',
      'butler-sos',
    ]);
    assert.equal(status, 0);
    assert.match(output, /^<\?xml version="1\.0"/);
    assert.match(output, /"remoteAddress" value="10\.0\.0\.5"/);
    assert.match(output, /\/qseow-proxy-session\/;%hostname/);
  });

  test('the appender file for a name or an IPv6 address: made, with a note beside it', async (context) => {
    for (const [address, note] of [
      ['blinky.local', /note: log4net looks up blinky\.local only once/],
      ['2001:db8::5', /note: log4net 1\.2\.10/],
    ] as const) {
      const { status, output } = await blinky(context, ['appender', '--address', address]);
      assert.equal(status, 0);
      assert.match(output, /<\/configuration>/);
      assert.match(output, note);
    }
  });

  test('send and watch: what one sends, the other prints', async (context) => {
    const { app } = await startTestApp(context);
    const watch = await startBundled(context, 'src/main.ts', [
      'watch',
      '--from',
      `127.0.0.1:${app.ports.mqtt}`,
    ]);
    await watch.printed(/watching/);
    await waitFor('the subscription', async () => {
      const { output } = await blinky(context, [
        'send',
        'open',
        '--user',
        'HQ/anna',
        '--to',
        `127.0.0.1:${app.ports.udp}`,
      ]);
      assert.match(output, /^sent one "open" to 127\.0\.0\.1:\d+/);
      return /● Open connection {2}HQ\/anna on sense1 {2}app a421f4a2/.test(watch.output());
    });
    watch.process.kill('SIGINT');
    assert.equal(await watch.ended, 0);
  });

  test('watch says once that nothing listens, goes on trying, and says what else happens', async (context) => {
    const port = await freeTcpPort();
    const watch = await startBundled(context, 'src/main.ts', [
      'watch',
      '--from',
      `127.0.0.1:${port}`,
    ]);
    await watch.printed(/connection refused: nothing is listening there; retrying/);
    let visits = 0;
    const closes = createServer((socket) => {
      visits += 1;
      socket.destroy();
    }).listen(port, '127.0.0.1');
    context.after(() => closes.close());
    await watch.printed(/the connection was closed; retrying/);
    await waitFor('two tries', () => visits >= 2);
    assert.equal(watch.output().match(/retrying/g)?.length, 2, watch.output());
  });

  test('watch says why it is refused, and watches under any name where there are no users', async (context) => {
    const startWatch = async (settings: string[], ...more: string[]) => {
      const { app } = await startTestApp(context, settings);
      const from = `127.0.0.1:${app.ports.mqtt}`;
      return startBundled(context, 'src/main.ts', ['watch', '--from', from, ...more]);
    };
    const hash = `scrypt:32768:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`;
    const users = `brokerConfig.access.users=[{name: anna, passwordHash: "${hash}"}]`;
    const wrong = await startWatch([users], '--user-name', 'nobody');
    await wrong.printed(/refused: wrong user name or password; retrying/);
    const nameless = await startWatch([users, 'brokerConfig.access.anonymous=none']);
    await nameless.printed(/refused: sign-in required\. Fix: use --user-name; retrying/);
    const noUsers = await startWatch([], '--user-name', 'nobody');
    await noUsers.printed(/^watching/m);
  });

  test('passwd: where nobody can type, no password is taken', async (context) => {
    const { status, output } = await blinky(context, ['passwd', 'anna']);
    assert.equal(status, 2);
    assert.match(output, /the password must have at least 8 characters/);
  });

  test('send says why a host can not be reached', async (context) => {
    const { status, output } = await blinky(context, ['send', 'open', '--to', 'nowhere.invalid']);
    assert.equal(status, 1);
    assert.equal(output, 'blinky send: could not send to nowhere.invalid: host not found\n');
  });

  test('send keeps its count and its rate', async (context) => {
    const receiver = createSocket('udp4');
    context.after(() => receiver.close());
    const times: number[] = [];
    receiver.on('message', () => times.push(performance.now()));
    await new Promise<void>((resolve) => receiver.bind(0, '127.0.0.1', resolve));
    const { status } = await blinky(context, [
      'send',
      'close',
      '--count',
      '20',
      '--rate',
      '50',
      '--to',
      `127.0.0.1:${receiver.address().port}`,
    ]);
    assert.equal(status, 0);
    await waitFor('twenty datagrams', () => times.length === 20);
    const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
    assert.ok(took > 300, `20 at 50 a second took only ${took} ms`);
  });
});

describe('blinky check', () => {
  const freePorts = [
    '--set',
    'udpServerConfig.portSessionConnectionEvents=0',
    '--set',
    'brokerConfig.port=0',
    '--set',
    'webConfig.port=0',
  ];

  test('all well: every finding, exit status 0', async (context) => {
    const { status, output } = await blinky(context, [
      'check',
      '--yes',
      ...freePorts,
      '--set',
      'lightConfig.driver=simulated',
    ]);
    assert.equal(status, 0, output);
    for (const name of [
      'Configuration',
      'State directory',
      'Clock',
      'UDP port',
      'Board',
      'Lights',
    ]) {
      assert.match(output, new RegExp(`^✓ ${name}`, 'm'));
    }
    assert.doesNotMatch(output, /Driver/, 'no driver is missed where there are no pins');
    assert.doesNotMatch(output, /More:/);
  });

  test('a wrong configuration, a port in use, a state directory that is a file', async (context) => {
    const folder = temporaryFolder(context);
    const file = join(folder, 'blinky.yaml');
    writeFileSync(file, 'Butler:\n  logLevel: loud\n');
    const wrong = await blinky(context, ['check', '--yes', '--config', file]);
    assert.equal(wrong.status, 1);
    assert.match(wrong.output, /✗ Configuration: .*blinky\.yaml:2: Butler\.logLevel: found "loud"/);

    const squatter = createSocket('udp4');
    context.after(() => squatter.close());
    await new Promise<void>((resolve) => squatter.bind(0, '127.0.0.1', resolve));
    const { port } = squatter.address();
    const busy = await blinky(context, [
      'check',
      '--yes',
      ...freePorts,
      '--set',
      `udpServerConfig.portSessionConnectionEvents=${port}`,
      '--set',
      `stateDirectory=${file}`,
    ]);
    assert.equal(busy.status, 1);
    assert.match(
      busy.output,
      /✗ UDP port \d+: .*in use by another program\n {4}→ .*portSessionConnectionEvents/,
    );
    assert.match(busy.output, /✗ State directory: .* is a file, or inside one\n {4}→ Move/);
    for (const help of ['2-flashes', '4-flashes']) {
      const more = new RegExp(`^ {4}More: .*troubleshooting.*#${help}$`, 'gm');
      assert.equal(busy.output.match(more)?.length, 1, help);
    }
  });

  test('tells what the red light of the appliance that runs here means', async (context) => {
    const { app } = await startTestApp(context, [], {
      configFault: { message: 'line 2', remedy: 'Correct it' },
    });
    const { status, output } = await blinky(context, [
      'check',
      '--yes',
      ...freePorts,
      '--set',
      `webConfig.port=${app.ports.web}`,
    ]);
    assert.equal(status, 1);
    assert.match(output, /✓ Blinky: version 0\.0\.0-test is running/);
    assert.match(output, /✗ Red light: shows 3 slow flashes: The configuration is invalid/);
    assert.match(output, /✓ TCP port \d+: used by this appliance \(the web page\)/);
  });

  test('a driver that was asked for by name and is not to be had is a fault', async (context) => {
    const { status, output } = await blinky(context, [
      'check',
      '--yes',
      ...freePorts,
      '--set',
      'lightConfig.driver=gpiochip',
    ]);
    assert.equal(status, 1);
    assert.match(output, /✗ Driver gpiochip: can't be used/);
  });
});

test('with a file of defaults, a wrong configuration is replaced by them', async (context) => {
  const folder = temporaryFolder(context);
  const file = join(folder, 'blinky.yaml');
  const defaults = join(folder, 'defaults.yaml');
  writeFileSync(
    file,
    'Butler:\n  logLevel: loud\n  brokerConfig: { access: { anonymous: none } }\n',
  );
  writeFileSync(defaults, 'Butler:\n  brokerConfig: { access: { personalData: signedIn } }\n');
  const child = await startBundled(
    context,
    'src/main.ts',
    ['run', ...testSettings.flatMap((setting) => ['--set', setting])],
    {
      cwd: folder,
      environment: {
        BLINKY_CONFIG: file,
        BLINKY_CONFIG_NAME: 'blinky.yaml',
        BLINKY_DEFAULTS: defaults,
      },
    },
  );
  const [, port] = await child.printed(/page at http:\/\/127\.0\.0\.1:(\d+)/);
  const response = await fetch(`http://127.0.0.1:${port}/api/status`);
  const status = (await response.json()) as {
    faultCode: { name: string };
    parts: Record<string, { message: string }>;
  };
  assert.equal(status.faultCode.name, 'configuration');
  assert.match(
    status.parts['configuration']?.message ?? '',
    /: blinky\.yaml:2: Butler\.logLevel: found "loud"/,
  );
});

test('where the card could not be read, the page and blinky check say so', async (context) => {
  const environment = { BLINKY_CONFIG_FAULT: 'the card is gone, so the defaults are in force' };
  const child = await startBundled(
    context,
    'src/main.ts',
    ['run', ...testSettings.flatMap((setting) => ['--set', setting])],
    { cwd: temporaryFolder(context), environment },
  );
  const [, port] = await child.printed(/page at http:\/\/127\.0\.0\.1:(\d+)/);
  const health = await fetch(`http://127.0.0.1:${port}/healthz`);
  assert.equal(health.status, 503);
  assert.match(await health.text(), /the card is gone, so the defaults are in force/);
  const check = ['check', '--yes', '--set', `webConfig.port=${port}`];
  const { status, output } = await blinky(context, check, environment);
  assert.equal(status, 1);
  assert.match(output, /✗ Configuration: the card is gone/);
  assert.match(output, /✗ Red light: shows 3 slow flashes/);
});

describe('blinky passwd', () => {
  const passwd = (context: TestContext, options: string[], environment = {}) =>
    blinky(context, ['passwd', 'anna', '--password-variable', 'SECRET', ...options], {
      SECRET: 'correct horse',
      ...environment,
    });

  test('adds a user to the file, then changes the password; all else stays', async (context) => {
    const folder = temporaryFolder(context);
    const [file, link] = [join(folder, 'blinky.yaml'), join(folder, 'link.yaml')];
    const text = 'Butler: # ours\n  # loud\n  logLevel: debug     # for a while\n';
    writeFileSync(file, text, { mode: 0o640 });
    symlinkSync(file, link);
    const added = await passwd(context, ['--config', link]);
    assert.equal(added.status, 0, added.output);
    assert.match(added.output, /^Added anna to .*link\.yaml\. Restart Blinky to apply the change/);
    const first = readFileSync(file, 'utf8');
    assert.ok(first.endsWith(text.slice(text.indexOf('\n'))), first);
    const changed = await passwd(context, ['--config', link], { SECRET: 'battery staple' });
    assert.match(changed.output, /^Changed the password of anna/);
    assert.notEqual(readFileSync(file, 'utf8'), first);
    assert.equal(statSync(file).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(folder).sort(), ['blinky.yaml', 'link.yaml']);
    const shown = await blinky(context, ['config', '--config', file]);
    assert.match(shown.output, /name: anna\n {10}passwordHash: \(hidden\)/);
    assert.equal(shown.output.match(/name: anna/g)?.length, 1);
  });

  test('makes a file where there is none, for this user only', async (context) => {
    const cwd = temporaryFolder(context);
    const args = ['passwd', 'anna', '--password-variable', 'SECRET'];
    const child = await startBundled(context, 'src/main.ts', args, {
      cwd,
      environment: { SECRET: 'correct horse' },
    });
    assert.equal(await child.ended, 0, child.output());
    assert.equal(statSync(join(cwd, 'blinky.yaml')).mode & 0o777, 0o600);
    const shown = await blinky(context, ['config', '--config', join(cwd, 'blinky.yaml')]);
    assert.match(shown.output, /name: anna/);
  });

  test('prints the lines where asked to, or where the file is a copy', async (context) => {
    const file = join(temporaryFolder(context), 'blinky.yaml');
    writeFileSync(file, 'Butler: {}\n');
    const printed = await passwd(context, ['--config', file, '--print']);
    const copy = { BLINKY_CONFIG: file, BLINKY_CONFIG_NAME: "the card's blinky.yaml" };
    const forCard = await passwd(context, [], copy);
    assert.match(forCard.output, /^Add this to the card's blinky\.yaml and restart Blinky:/);
    for (const { status, output } of [printed, forCard]) {
      assert.equal(status, 0, output);
      assert.doesNotMatch(output, /correct horse/);
      assert.equal(readFileSync(file, 'utf8'), 'Butler: {}\n');
      writeFileSync(file, output.slice(output.indexOf('Butler:')));
      const shown = await blinky(context, ['config', '--config', file]);
      assert.match(shown.output, /name: anna/);
      writeFileSync(file, 'Butler: {}\n');
    }
  });

  test('refuses a short password, a wrong file, and one it can not write', async (context) => {
    const file = join(temporaryFolder(context), 'blinky.yaml');
    writeFileSync(file, 'Butler: {}\n');
    const short = await passwd(context, ['--config', file], { SECRET: 'short' });
    assert.equal(short.status, 2);
    mkdirSync(`${file}.part/in-the-way`, { recursive: true });
    const blocked = await passwd(context, ['--config', file]);
    assert.equal(blocked.status, 1);
    assert.match(blocked.output, /^blinky passwd: can't write .*blinky\.yaml: .+\n$/);
    assert.equal(readFileSync(file, 'utf8'), 'Butler: {}\n');
    writeFileSync(file, 'Butler:\n  logLevel: lots\n');
    const wrong = await passwd(context, ['--config', file]);
    assert.equal(wrong.status, 78);
  });
});
