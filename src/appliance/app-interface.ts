import type { Colour } from '../../hardware/lamp.ts';
import type { FoundService } from '../bridge/satellite/browse.ts';
import type { UpstreamLimits } from '../bridge/upstream/upstream-sink.ts';
import type { ButtonOptions } from '../button/button.ts';
import type { Config } from '../config/schema.ts';
import type { Sink } from '../fan-out/sink.ts';
import type { ConfigFault } from '../health/configuration-part.ts';
import type { Health } from '../health/health.ts';
import type { LampOpening, LightsSink } from '../lights/lights-sink.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { CredentialSources } from '../slack/credentials.ts';

/** What the appliance needs from the world around it. */
export interface AppOptions {
  readonly config: Config;
  readonly version: string;
  readonly stateDirectory: string;
  /** Where Slack's token or webhook may be. */
  readonly slackToken: CredentialSources;
  /** Where `HTTPS_PROXY` and `NO_PROXY` are looked for. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `$CREDENTIALS_DIRECTORY` (systemd.exec(5)), where passwords for other brokers may be. */
  readonly credentialsDirectory?: string | undefined;
  /** Opens the lamps; called again after a fault of theirs. */
  readonly openLamps: () => Promise<LampOpening>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Opens the button; left out where there is none. */
  readonly openButton?: ButtonOptions['open'];
  /** Asks the machine to shut down. Throws an error that says why it can't. */
  readonly powerOff?: () => void;
  /** The machine's addresses, where a missing network is to be reported. */
  readonly addresses?: () => readonly string[];
  /** Whether the time of day has been set; left out where the machine has a clock of its own. */
  readonly timeIsSet?: () => boolean;
  /** Why other settings than the user's are in force, where it is so. */
  readonly configFault?: ConfigFault;
  /** Other than what the product promises: for tests that can't wait. */
  readonly upstreamLimits?: UpstreamLimits;
  /** Asks the local network who offers MQTT; tests give their own. */
  readonly browse?: () => Promise<readonly FoundService[]>;
  /** Sinks beside the appliance's own, last in line. */
  readonly extraSinks?: readonly Sink[];
  /** Told after a light went on or off. */
  readonly onLight?: (colour: Colour, lit: boolean) => void;
}

/** The whole running program. */
export interface App {
  readonly health: Health;
  readonly lights: LightsSink;
  readonly activeUserCount: number;
  /** Where it listens; undefined where it does not. */
  readonly ports: {
    readonly udp: number | undefined;
    readonly mqtt: number | undefined;
    readonly mqtts: number | undefined;
    readonly web: number | undefined;
  };
  /** Whether datagrams really arrive; for the watchdog. */
  eventsFlow(): Promise<boolean>;
  /** Resolves when every part has started, or reported why it could not yet. */
  start(): Promise<void>;
  /** A bug is about to end the process: the lights go dark, and the start may count as failed. */
  crashed(): void;
  /**
   * Takes no more events, lets the sinks finish until `deadline`, and ends dark.
   * Calling it twice is harmless.
   */
  stop(deadline: AbortSignal): Promise<void>;
}
