/** A fault that needs attention, as the red light shows it. */
export interface FaultCode {
  /** Number of slow red flashes, repeated after a pause. 0: only on the page and in the log. */
  readonly flashes: number;
  readonly name: string;
  /** What is wrong. */
  readonly meaning: string;
  /** How to fix it. */
  readonly remedy: string;
  /** The anchor of its section in the manual, at `/help/troubleshooting`. */
  readonly help: string;
}

/**
 * All fault codes. The numbers are public: users may have them on paper next to the light, so a number
 * never changes its meaning and is never reused. If there are several faults at a time, the one with
 * the fewest flashes is shown. hardware/README.md has the same table.
 */
export const faultCodes = [
  {
    flashes: 1,
    name: 'network',
    meaning: 'The Pi has no network',
    remedy: 'Check the cable, or the Wi-Fi name and password in `wifi.txt` on the card',
    help: '1-flash',
  },
  {
    flashes: 2,
    name: 'events',
    meaning: "Can't receive events from Qlik Sense: the UDP port can't be opened",
    remedy: 'Stop the other program that uses the port, or change `udpServerConfig`',
    help: '2-flashes',
  },
  {
    flashes: 3,
    name: 'configuration',
    meaning: 'The configuration is invalid, so the defaults are used',
    remedy: 'Fix `blinky.yaml`; the page and `blinky check` show the line',
    help: '3-flashes',
  },
  {
    flashes: 4,
    name: 'storage',
    meaning: "Data can't be stored (disk full or read-only), or was damaged",
    remedy: 'Free up space or replace the card; the page shows which, and what was lost',
    help: '4-flashes',
  },
  {
    flashes: 5,
    name: 'broker',
    meaning: "The MQTT broker can't open its port",
    remedy: 'Stop the other broker on this machine, or change `brokerConfig.port`',
    help: '5-flashes',
  },
  {
    flashes: 6,
    name: 'slack',
    meaning: 'Slack refuses the token or the channel',
    remedy: 'Fix the token, or invite the app to the channel; waiting events are then sent',
    help: '6-flashes',
  },
  {
    flashes: 7,
    name: 'remote-broker',
    meaning: 'Another broker, upstream or source, rejects the connection',
    remedy: 'Fix the address or the sign-in in `mqttConfig` or `satelliteConfig`',
    help: '7-flashes',
  },
  {
    flashes: 8,
    name: 'web',
    meaning: "The web page can't open its port",
    remedy: 'Stop the other web server on this machine, or change `webConfig.port`',
    help: '8-flashes',
  },
  {
    flashes: 0,
    name: 'lights',
    meaning: "Blinky can't control the lights",
    remedy: 'Run `blinky check`: it shows how to fix each driver',
    help: 'the-lights-cant-be-driven',
  },
  {
    flashes: 0,
    name: 'button',
    meaning: "The button can't be read",
    remedy: 'Check its wiring and `lightConfig.button`; Blinky tries again automatically',
    help: 'the-button-cant-be-read',
  },
] as const satisfies readonly FaultCode[];

export type FaultName = (typeof faultCodes)[number]['name'];

/** Returns the code of a fault by its name. */
export function faultCode(name: FaultName): FaultCode {
  const found: FaultCode | undefined = faultCodes.find((code) => code.name === name);
  if (!found) throw new RangeError(`unknown fault ${name}`);
  return found;
}
