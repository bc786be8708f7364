import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { waitFor } from '../support/wait-for.ts';
import { PulseRecorder } from './pulse-recorder.ts';
import { Qmp } from './qmp.ts';

/** Registers of the BCM2835's GPIO (BCM2835 ARM Peripherals, section 6.1), as the Pi 3 maps them. */
const gpfsel0 = 0x3f200000;
const gplev0 = 0x3f200034;

export interface BootOptions {
  /** The card image; it is written to, as a Pi would. */
  readonly card: string;
  /** A folder for sockets and extracted files. */
  readonly folder: string;
  /** Added to the kernel's command line. */
  readonly kernelArguments?: readonly string[];
  readonly udpPort: number;
  readonly tcpPorts?: readonly number[];
}

/** A Raspberry Pi 3B in QEMU, booted from a card image as a real one would be. */
export class EmulatedPi {
  readonly #qemu: ChildProcess;
  readonly #console: Socket;
  readonly #qmp: Qmp;
  readonly #ports: ReadonlyMap<number, number>;
  #output = '';
  #commands = 0;

  private constructor(
    qemu: ChildProcess,
    console: Socket,
    qmp: Qmp,
    ports: ReadonlyMap<number, number>,
  ) {
    this.#qemu = qemu;
    this.#console = console;
    this.#qmp = qmp;
    this.#ports = ports;
    console.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    console.on('error', () => {});
  }

  /** Puts the card in and switches the power on. */
  static async boot(options: BootOptions): Promise<EmulatedPi> {
    const { card, folder, udpPort, tcpPorts = [], kernelArguments = [] } = options;
    mkdirSync(folder, { recursive: true });
    for (const file of ['vmlinuz', 'initrd.img', 'bcm2837-rpi-3-b.dtb']) {
      extract(card, file, join(folder, file));
    }
    const ports = new Map([[udpPort, await freePort()]]);
    for (const port of tcpPorts) ports.set(port, await freePort());
    const forward = (protocol: string, port: number) =>
      `hostfwd=${protocol}:127.0.0.1:${ports.get(port)}-:${port}`;
    const consoleSocket = join(folder, 'console.sock');
    const qmpSocket = join(folder, 'qmp.sock');

    const qemu = spawn(
      'qemu-system-aarch64',
      [
        ...['-M', 'raspi3b', '-display', 'none'],
        ...['-kernel', join(folder, 'vmlinuz'), '-initrd', join(folder, 'initrd.img')],
        ...['-dtb', join(folder, 'bcm2837-rpi-3-b.dtb')],
        ...['-drive', `file=${card},if=sd,format=raw`],
        '-append',
        [
          'console=ttyS1,115200 root=/dev/mmcblk0p2 rw rootwait net.ifnames=0 loglevel=4',
          // A root shell on the console, and no login prompt beside it (systemd-debug-generator(8)).
          'systemd.debug_shell=ttyS1 systemd.mask=serial-getty@ttyS1.service systemd.show_status=0',
          ...kernelArguments,
        ].join(' '),
        // The first serial port is Bluetooth's on this board.
        ...['-serial', 'null', '-serial', `unix:${consoleSocket},server=on,wait=off`],
        ...['-qmp', `unix:${qmpSocket},server=on,wait=off`],
        ...['-usb', '-device', 'usb-net,netdev=n0'],
        '-netdev',
        [
          'user,id=n0',
          forward('udp', udpPort),
          ...tcpPorts.map((port) => forward('tcp', port)),
        ].join(','),
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const console = await connect(consoleSocket, qemu);
    const qmp = await Qmp.over(await connect(qmpSocket, qemu));
    return new EmulatedPi(qemu, console, qmp, ports);
  }

  /** Everything that the console has shown. */
  get consoleOutput(): string {
    return this.#output;
  }

  /** The port of this machine that leads to a port of the Pi. */
  port(portOfPi: number): number {
    const port = this.#ports.get(portOfPi);
    if (port === undefined) throw new RangeError(`port ${portOfPi} of the Pi leads nowhere`);
    return port;
  }

  /** Resolves when the root shell answers. */
  async shellReady(limitMs = 240_000): Promise<void> {
    await waitFor(
      'shell on the console',
      async () => {
        try {
          return (await this.shell('dmesg -n 1; echo here', 5000)).output.includes('here');
        } catch {
          return false;
        }
      },
      limitMs,
    );
  }

  /** Runs a command in the Pi's root shell. Rejects when it takes longer than `limitMs`. */
  async shell(command: string, limitMs = 60_000): Promise<{ status: number; output: string }> {
    this.#commands += 1;
    // The markers are put together by the shell, so that its echo of the line holds none.
    const [begin, end] = [`begin-${this.#commands}`, `end-${this.#commands}`];
    const from = this.#output.length;
    this.#console.write(
      `\x15stty -echo; printf '<%s>\\n' ${begin}; { ${command}\n} 2>&1 </dev/null; printf '<%s %d>\\n' ${end} $?\n`,
    );
    const pattern = new RegExp(`<${begin}>\\r?\\n([^]*?)<${end} (\\d+)>`);
    const [, output = '', status = ''] = await waitFor(
      `end of: ${command}`,
      () => pattern.exec(this.#output.slice(from)) ?? undefined,
      limitMs,
    );
    return { status: Number(status), output: output.replaceAll('\r', '') };
  }

  /** The levels of GPIO 0 to 31, one a bit. */
  async levels(): Promise<number> {
    return this.#readWord(gplev0);
  }

  /** Whether the Pi drives this pin (BCM number) as an output. */
  async isOutput(pin: number): Promise<boolean> {
    const word = await this.#readWord(gpfsel0 + 4 * Math.floor(pin / 10));
    return ((word >>> (3 * (pin % 10))) & 0b111) === 0b001;
  }

  async isHigh(pin: number): Promise<boolean> {
    return (((await this.levels()) >>> pin) & 1) === 1;
  }

  /** Watches pins from now on, until the recorder is stopped. */
  record(pins: readonly number[]): PulseRecorder {
    return new PulseRecorder(pins, () => this.levels());
  }

  /** Pulls the plug: what was not written to the card by now is lost. */
  async powerCut(): Promise<void> {
    this.#qmp.close();
    this.#console.destroy();
    if (this.#qemu.exitCode !== null || this.#qemu.signalCode !== null) return;
    const ended = once(this.#qemu, 'close');
    this.#qemu.kill('SIGKILL');
    await ended;
  }

  async #readWord(address: number): Promise<number> {
    const answer = await this.#qmp.monitor(`xp /1wx 0x${address.toString(16)}`);
    const word = /: (0x[0-9a-f]+)/.exec(answer)?.[1];
    if (word === undefined) throw new Error(`the monitor answered: ${answer}`);
    return Number(word);
  }
}

/** Takes a file off the card's first partition, without mounting it. */
function extract(card: string, file: string, to: string): void {
  const names = execFileSync('mdir', ['-b', '-i', `${card}@@1M`, '::'], { encoding: 'utf8' });
  const name = names
    .split('\n')
    .map((line) => line.trim().replace(/^::\//, ''))
    .filter((line) => line.startsWith(file))
    .sort()
    .at(-1);
  if (!name) throw new Error(`${card} has no ${file} on its first partition`);
  execFileSync('mcopy', ['-n', '-o', '-i', `${card}@@1M`, `::${name}`, to]);
}

async function connect(path: string, qemu: ChildProcess): Promise<Socket> {
  return waitFor(`socket ${path}`, async () => {
    if (qemu.exitCode !== null) throw new Error(`QEMU ended with status ${qemu.exitCode}`);
    const socket = createConnection(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      return undefined;
    }
  });
}
