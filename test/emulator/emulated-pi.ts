import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { waitFor } from '../support/wait-for.ts';
import { readFromCard, takeNewestOffCard } from './card.ts';
import { PulseRecorder } from './pulse-recorder.ts';
import { Qmp } from './qmp.ts';

/** Registers of the BCM2835's GPIO (BCM2835 ARM Peripherals, section 6.1), as the Pi 3 maps them. */
const gpfsel0 = 0x3f200000;
const gplev0 = 0x3f200034;

export interface BootOptions {
  /** The card; it is written to, as a Pi would. Its size must be a power of two. */
  readonly card: string;
  /** A folder for sockets and extracted files. */
  readonly folder: string;
  /** Added to the kernel's command line, which is the card's own. */
  readonly kernelArguments?: readonly string[];
  /** Ports of the Pi that are to be reached from this machine's loopback. */
  readonly udpPort: number;
  readonly tcpPorts?: readonly number[];
  /** The ports of this machine that lead there, by port of the Pi; a free one where none is named. */
  readonly hostPorts?: ReadonlyMap<number, number>;
}

/** Kernel arguments for a root shell on the console, and no login prompt beside it. */
export const shellOnConsole = [
  'systemd.debug_shell=ttyS1',
  'systemd.mask=serial-getty@ttyS1.service',
  'systemd.show_status=0',
] as const;

/**
 * QEMU's power management resets the board at once when a driver only sets the watchdog up
 * (hw/misc/bcm2835_powermgt.c in QEMU 7.2), so there is none.
 */
const withoutWatchdog = 'module_blacklist=bcm2835_wdt';

/** A Raspberry Pi 3B in QEMU, booted from a card image as a real one would be. */
export class EmulatedPi {
  readonly #qemu: ChildProcess;
  /** Resolves when the power is off, whoever did it. */
  readonly ended: Promise<void>;
  /** The second serial port, which the kernel has for its console. */
  readonly console: Socket;
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
    this.ended = once(qemu, 'close').then(() => undefined);
    this.console = console;
    this.#qmp = qmp;
    this.#ports = ports;
    console.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    console.on('error', () => {});
  }

  /** Puts the card in and switches the power on. */
  static async boot(options: BootOptions): Promise<EmulatedPi> {
    const { card, folder, udpPort, tcpPorts = [], kernelArguments = shellOnConsole } = options;
    mkdirSync(folder, { recursive: true });
    for (const file of ['vmlinuz', 'initrd.img', 'bcm2837-rpi-3-b.dtb']) {
      takeNewestOffCard(card, file, join(folder, file));
    }
    const ports = new Map<number, number>();
    for (const port of [udpPort, ...tcpPorts]) {
      ports.set(port, options.hostPorts?.get(port) ?? (await freePort()));
    }
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
        // Debian's device tree gives the first serial port to Bluetooth.
        [
          readFromCard(card, 'cmdline.txt').trim(),
          'console=ttyS1,115200',
          withoutWatchdog,
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
  async shellReady(limitMs = 600_000): Promise<void> {
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
    this.console.write(
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
    this.console.destroy();
    if (this.#qemu.exitCode !== null || this.#qemu.signalCode !== null) return;
    this.#qemu.kill('SIGKILL');
    await this.ended;
  }

  async #readWord(address: number): Promise<number> {
    const answer = await this.#qmp.monitor(`xp /1wx 0x${address.toString(16)}`);
    const word = /: (0x[0-9a-f]+)/.exec(answer)?.[1];
    if (word === undefined) throw new Error(`the monitor answered: ${answer}`);
    return Number(word);
  }
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
