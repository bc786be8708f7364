// scripts/boot-image: an image on an emulated Raspberry Pi, for anybody to try.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeCard } from './card.ts';
import { EmulatedPi } from './emulated-pi.ts';

const usage = `Usage: scripts/boot-image [IMAGE] [--persist CARD] [--port PI=HERE]… [--console]
Boots an image on an emulated Raspberry Pi 3B, forwards its ports to this machine, and shows how
its pins change. Without IMAGE: the newest build/blinky-light-*.img. Ctrl+C pulls the plug.

  --persist CARD  keep the card in this file, made from the image where it isn't there yet; it can
                  be booted again, and read with mtools (mcopy -i CARD@@1M ::result.txt .)
  --port PI=HERE  lead a port of this machine to one of the Pi, e.g. --port 80=8081; else free ones
  --console       show the Pi's console, too
  --shell         the same, with a root shell in this terminal
`;

const lights = [
  { name: 'green', pin: 17, sign: '🟢' },
  { name: 'red', pin: 27, sign: '🔴' },
] as const;
const [udpPort, mqttPort, webPort, sshPort] = [9997, 1883, 80, 22];
const build = fileURLToPath(new URL('../../build', import.meta.url));

/** A mistake of the user: its message is all there is to say. */
class UsageError extends Error {}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        persist: { type: 'string' },
        port: { type: 'string', multiple: true, default: [] },
        console: { type: 'boolean', default: false },
        shell: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

function newestImage(): string {
  const newest = (existsSync(build) ? readdirSync(build) : [])
    .filter((name) => /^blinky-light-.*-arm64\.img$/.test(name))
    .sort()
    .at(-1);
  if (!newest) throw new UsageError('there is no image in build: sudo scripts/build-image');
  return join(build, newest);
}

function hostPortsFrom(ports: readonly string[]): Map<number, number> {
  return new Map(
    ports.map((one) => {
      const [, pi, here] = /^(\d+)=(\d+)$/.exec(one) ?? [];
      if (!pi || !here) throw new UsageError(`--port ${one}: give it as PI=HERE, e.g. 80=8081`);
      return [Number(pi), Number(here)];
    }),
  );
}

/** Prints each change of the lights until the Pi's power goes. */
async function showLights(pi: EmulatedPi, powerOn: number): Promise<void> {
  let before = 0;
  for (;;) {
    const levels = await pi.levels();
    for (const { name, pin, sign } of lights) {
      const isLit = ((levels >>> pin) & 1) === 1;
      if (isLit === (((before >>> pin) & 1) === 1)) continue;
      const seconds = ((performance.now() - powerOn) / 1000).toFixed(2).padStart(8);
      console.log(`${seconds} s  ${isLit ? sign : '⚫'} ${name} ${isLit ? 'on' : 'off'}`);
    }
    before = levels;
    await pause(10);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const hostPorts = hostPortsFrom(values.port);
  const image = positionals[0] ?? newestImage();
  if (!existsSync(image)) throw new UsageError(`${image} is not there`);
  const folder = mkdtempSync(join(tmpdir(), 'blinky-pi-'));
  const card = values.persist ?? join(folder, 'card.img');
  if (!existsSync(card)) makeCard(image, card);

  const powerOn = performance.now();
  const pi = await EmulatedPi.boot({
    card,
    folder,
    udpPort,
    tcpPorts: [mqttPort, webPort, sshPort],
    hostPorts,
    ...(values.shell ? {} : { kernelArguments: [] }),
  });
  if (values.console || values.shell) pi.console.pipe(process.stdout);
  if (values.shell) process.stdin.pipe(pi.console);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, async () => {
      await pi.powerCut();
      rmSync(folder, { recursive: true, force: true });
      process.exit(0);
    });
  }
  console.log(`The Pi starts from ${values.persist ?? `a copy of ${image}`}; it takes a minute or two.

  page       http://127.0.0.1:${pi.port(webPort)}/
  events     node scripts/blinky.js send open --to 127.0.0.1:${pi.port(udpPort)}
  MQTT       mosquitto_sub -h 127.0.0.1 -p ${pi.port(mqttPort)} -v -t '#'
  shell      ssh -p ${pi.port(sshPort)} root@127.0.0.1   (with authorized_keys on the card)
`);
  await Promise.race([showLights(pi, powerOn), pi.ended]);
  console.log('The Pi is off.');
  process.exit(0);
}

main().catch((error: unknown) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exit(error instanceof UsageError ? 2 : 1);
});
