import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { EmulatedPi } from '../emulator/emulated-pi.ts';
import { waitFor } from '../support/wait-for.ts';
import { workFolder } from './cards.ts';

/** BCM numbers, as they are out of the box. */
export const pins = { green: 17, red: 27 } as const;

const [udpPort, mqttPort, webPort, sshPort] = [9997, 1883, 80, 22];

/** The image's appliance on an emulated Pi, as the network sees it. */
export class ApplianceOnPi {
  readonly pi: EmulatedPi;
  readonly #powerOn: number;
  readonly #sender = createSocket('udp4');

  private constructor(pi: EmulatedPi, powerOn: number) {
    this.pi = pi;
    this.#powerOn = powerOn;
  }

  /** Switches a Pi with this card on. */
  static async powerOn(card: string): Promise<ApplianceOnPi> {
    const powerOn = performance.now();
    const pi = await EmulatedPi.boot({
      card,
      folder: join(workFolder, 'pi'),
      udpPort,
      tcpPorts: [mqttPort, webPort, sshPort],
    });
    return new ApplianceOnPi(pi, powerOn);
  }

  /** Where the page is, for this machine. */
  get page(): string {
    return `http://127.0.0.1:${this.pi.port(webPort)}`;
  }

  /** Time since the power came on, ms. */
  get uptimeMs(): number {
    return performance.now() - this.#powerOn;
  }

  /** Resolves with the time that it took since the power came on, ms, when all parts work. */
  async ready(limitMs = 900_000): Promise<number> {
    await waitFor('/healthz to answer 200', () => this.isHealthy(), limitMs);
    return this.uptimeMs;
  }

  /** The same, whether or not all parts work. */
  async up(limitMs = 900_000): Promise<number> {
    await waitFor(
      '/healthz to answer',
      async () => (await this.#get('/healthz')) !== undefined,
      limitMs,
    );
    return this.uptimeMs;
  }

  async isHealthy(): Promise<boolean> {
    return (await this.#get('/healthz'))?.status === 200;
  }

  /** The value of a metric without labels; undefined while the page doesn't answer. */
  async metric(name: string): Promise<number | undefined> {
    const text = await (await this.#get('/metrics'))?.text();
    const value = text && new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1];
    return value === undefined || value === '' ? undefined : Number(value);
  }

  /** Sends a datagram as a Sense server would. */
  async send(command: string, userId = 'goran'): Promise<void> {
    const family = /session/i.test(command) ? 'session' : 'connection';
    const datagram = `/proxy-${family}/;sense1;${command};LAB;${userId};AppAccess;/hub/;m`;
    await new Promise<void>((resolve, reject) =>
      this.#sender.send(datagram, this.pi.port(udpPort), '127.0.0.1', (error) =>
        error ? reject(error) : resolve(),
      ),
    );
  }

  /** Runs `use` with a client of the broker, connected. */
  async withClient<Result>(use: (client: MqttClient) => Promise<Result>): Promise<Result> {
    const client = mqtt.connect(`mqtt://127.0.0.1:${this.pi.port(mqttPort)}`);
    client.on('error', () => {});
    try {
      await waitFor('the broker', () => client.connected, 60_000);
      return await use(client);
    } finally {
      await client.endAsync(true);
    }
  }

  /** Resolves when an event makes green blink, as it does once the lamps' own test is over. */
  async blinksOnEvent(): Promise<void> {
    await waitFor(
      'a green blink',
      async () => {
        await this.send('Open connection');
        const recorder = this.pi.record([pins.green]);
        try {
          await waitFor('a pulse', () => recorder.pulses(pins.green)[0]?.to !== undefined, 3000);
          return true;
        } catch {
          return false;
        } finally {
          await recorder.stop();
        }
      },
      60_000,
    );
  }

  /** Resolves when both lights have been dark for two seconds: their test is over, all is quiet. */
  async quiet(): Promise<void> {
    let darkSince = performance.now();
    await waitFor(
      'both lights to stay dark',
      async () => {
        const isLit = (await this.pi.isHigh(pins.green)) || (await this.pi.isHigh(pins.red));
        if (isLit) darkSince = performance.now();
        return performance.now() - darkSince > 2000;
      },
      60_000,
    );
  }

  async powerCut(): Promise<void> {
    await this.pi.powerCut();
    this.#sender.close();
    await once(this.#sender, 'close');
  }

  async #get(path: string): Promise<Response | undefined> {
    try {
      return await fetch(`${this.page}${path}`, {
        signal: AbortSignal.timeout(5000),
      });
    } catch {
      return undefined;
    }
  }
}
