/** A fault that a person must mend, as the red light tells it. */
export interface FaultCode {
  /** How many slow red flashes, then a pause, again and again. 0: the page and the log only. */
  readonly flashes: number;
  readonly name: string;
  /** What is wrong, in words. */
  readonly meaning: string;
  /** What a person can do about it. */
  readonly remedy: string;
  /** The anchor of its section in the manual, at `/help/troubleshooting`. */
  readonly help: string;
}

/**
 * Every fault code. The numbers are public: people have them on a sheet of paper beside the lamp,
 * so a number never changes its meaning and is never given away again. Of several faults at a
 * time, the one with the fewest flashes is shown. hardware/README.md has the same table.
 */
export const faultCodes = [
  {
    flashes: 1,
    name: 'network',
    meaning: 'The Pi has no network',
    remedy: 'Check the cable, or name and password of the Wi-Fi in `wifi.txt` on the card',
    help: '1-flash',
  },
  {
    flashes: 2,
    name: 'events',
    meaning: "Events from Qlik Sense cannot arrive: the UDP port can't be opened",
    remedy: 'Stop the other program that uses the port, or change `udpServerConfig`',
    help: '2-flashes',
  },
  {
    flashes: 3,
    name: 'configuration',
    meaning: 'The configuration is wrong, so the defaults are in force',
    remedy: 'Correct `blinky.yaml`; the page and `blinky check` show the line',
    help: '3-flashes',
  },
  {
    flashes: 4,
    name: 'storage',
    meaning: 'Nothing can be stored (disk full or read-only), or data was damaged',
    remedy: 'Make room, or replace the card; the page says which, and what was lost',
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
    remedy: 'Repair the token, or invite the app to the channel; what waits is sent then',
    help: '6-flashes',
  },
  {
    flashes: 7,
    name: 'remote-broker',
    meaning: 'Another broker, upstream or source, refuses this appliance',
    remedy: 'Correct the address or the sign-in in `mqttConfig` or `satelliteConfig`',
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
    meaning: "The lights can't be driven",
    remedy: 'Run `blinky check`: it says for each driver what would mend it',
    help: 'the-lights-cant-be-driven',
  },
  {
    flashes: 0,
    name: 'button',
    meaning: "The button can't be read",
    remedy: 'Check its wiring and `lightConfig.button`; it is tried again',
    help: 'the-button-cant-be-read',
  },
] as const satisfies readonly FaultCode[];

export type FaultName = (typeof faultCodes)[number]['name'];

/** The code of a fault by its name. */
export function faultCode(name: FaultName): FaultCode {
  const found: FaultCode | undefined = faultCodes.find((code) => code.name === name);
  if (!found) throw new RangeError(`there is no fault called ${name}`);
  return found;
}
