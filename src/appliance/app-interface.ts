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

/** What the appliance needs from its environment. */
export interface AppOptions {
  readonly config: Config;
  readonly version: string;
  readonly stateDirectory: string;
  /** Where Slack's token or webhook may be. */
  readonly slackToken: CredentialSources;
  /** The environment variables, for `HTTPS_PROXY` and `NO_PROXY`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `$CREDENTIALS_DIRECTORY` (systemd.exec(5)), where passwords for other brokers may be. */
  readonly credentialsDirectory?: string | undefined;
  /** Opens the lamps; called again after they fail. */
  readonly openLamps: () => Promise<LampOpening>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Opens the button; omitted if there is none. */
  readonly openButton?: ButtonOptions['open'];
  /** Asks the machine to shut down. Throws an error with the reason if it can't. */
  readonly powerOff?: () => void;
  /** Returns the machine's addresses, if a missing network should be reported. */
  readonly addresses?: () => readonly string[];
  /** Whether the time of day has been set; omitted if the machine has a battery-backed clock. */
  readonly timeIsSet?: () => boolean;
  /** Why other settings than the user's are used, if they are. */
  readonly configFault?: ConfigFault;
  /** Replaces the product's limits, for tests that can't wait. */
  readonly upstreamLimits?: UpstreamLimits;
  /** Finds the MQTT services on the local network; tests pass their own. */
  readonly browse?: () => Promise<readonly FoundService[]>;
  /** Sinks in addition to the appliance's own; last in order. */
  readonly extraSinks?: readonly Sink[];
  /** Called when a light has been switched on or off. */
  readonly onLight?: (colour: Colour, lit: boolean) => void;
}

/** The whole running program. */
export interface App {
  readonly health: Health;
  readonly lights: LightsSink;
  readonly activeUserCount: number;
  /** The ports it listens on; undefined if it doesn't listen. */
  readonly ports: {
    readonly udp: number | undefined;
    readonly mqtt: number | undefined;
    readonly mqtts: number | undefined;
    readonly web: number | undefined;
  };
  /** Checks that datagrams really arrive; for the watchdog. */
  eventsFlow(): Promise<boolean>;
  /** Resolves when every part has started, or has reported why it can't start yet. */
  start(): Promise<void>;
  /** Call before a bug ends the process: switches the lights off; the start may count as failed. */
  crashed(): void;
  /**
   * Accepts no more events, lets the sinks finish until `deadline`, and switches the lights off.
   * May be called twice.
   */
  stop(deadline: AbortSignal): Promise<void>;
}
