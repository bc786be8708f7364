import {
  type Colour,
  colours,
  faultColour,
  heartbeatColour,
  type Lamps,
} from '../../hardware/lamp.ts';
import type { EventKind } from '../events/kinds.ts';
import type { UserEvent } from '../events/user-event.ts';
import type { Sink } from '../fan-out/sink.ts';
import type { Fault, PartHealth } from '../health/health.ts';
import { BugLog, isBug } from '../platform/bug-log.ts';
import type { Clock } from '../platform/clock.ts';
import { messageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { OpenAndRetry } from '../platform/open-and-retry.ts';
import { recordOf } from '../platform/record-of.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';
import type { BlinkSettings } from './blink-planner.ts';
import { FaultSignal } from './fault-signal.ts';
import { Light } from './light.ts';

/** How long the heartbeat's flash lasts, ms. */
const heartbeatFlashMs = 30;

/** Lamps that have been opened. */
export interface LampOpening {
  readonly lamps: Lamps;
  /** What they are, as text. */
  readonly description: string;
  /** Set if these lamps are only a substitute; opening the configured ones is tried again. */
  readonly fault?: Fault;
}

export interface LightsSinkOptions {
  readonly blink: BlinkSettings;
  /** Which light shows which kind of event. */
  readonly lightFor: Readonly<Record<EventKind, Colour | 'none'>>;
  /** Interval of the heartbeat, which flashes a light if there is no fault, ms; undefined for none. */
  readonly heartbeatMs?: number | undefined;
  /** Opens the lamps; rejects if the hardware can't be used at present. */
  readonly openLamps: () => Promise<LampOpening>;
  /** Called when a light has been switched on or off. Must return at once. */
  readonly onChange: (colour: Colour, lit: boolean) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** Blinks the lights for events. If the hardware fails, keeps its plan and opens it again. */
export class LightsSink implements Sink {
  readonly name = 'lights';
  readonly lights: Readonly<Record<Colour, Light>>;
  readonly #options: LightsSinkOptions;
  readonly #faultSignal: FaultSignal;
  readonly #bugs: BugLog;
  readonly #opening: OpenAndRetry<LampOpening>;
  #stopped = false;
  #cancelHeartbeat: (() => void) | undefined;
  #cancelTest: (() => void) | undefined;
  #faultFlashes = 0;

  constructor(options: LightsSinkOptions) {
    this.#options = options;
    this.#bugs = new BugLog(options.clock, options.log);
    const light = (colour: Colour) =>
      new Light({
        settings: options.blink,
        clock: options.clock,
        onChange: (lit) => options.onChange(colour, lit),
        onFailure: (error) => {
          // When stopping, every lamp must still go off, and nothing is opened again.
          if (!this.#stopped) this.#opening.failed(error);
        },
      });
    this.lights = recordOf(colours, light);
    this.#faultSignal = new FaultSignal(this.lights[faultColour], options.clock);
    const { clock, retry } = options;
    this.#opening = new OpenAndRetry({
      open: options.openLamps,
      close: ({ lamps }) => this.#closeLamps(lamps),
      onOpen: (opening) => this.#useLamps(opening),
      onFailure: (error) => this.#reportFailure(error),
      isWanted: ({ fault }) => fault === undefined,
      clock,
      retry,
    });
  }

  async start(): Promise<void> {
    await this.#opening.start();
    this.testLamps();
    this.#planHeartbeat();
  }

  accept({ id, kind }: Pick<UserEvent, 'id' | 'kind'>): void {
    const { lightFor, log } = this.#options;
    const colour = lightFor[kind];
    if (colour !== 'none') this.lights[colour].blink();
    log.debug?.(`${id} ${colour === 'none' ? 'has no light' : `blinks the ${colour} light`}`);
  }

  /** Blinks once, on request. */
  testBlink(colour: Colour): void {
    this.lights[colour].blink();
  }

  /** Flashes the lights one after the other, in order. */
  testLamps(): void {
    this.#cancelTest?.();
    this.#testFrom(0);
  }

  /** Shows a fault that needs attention as this number of slow flashes; 0 stops it. */
  showFault(flashes: number): void {
    this.#faultFlashes = flashes;
    if (!this.#stopped) this.#faultSignal.show(flashes);
  }

  async stop(): Promise<void> {
    this.goDark();
  }

  /** Switches all lights off and releases their pins before it returns, for every way of exiting. */
  goDark(): void {
    this.#stopped = true;
    this.#cancelHeartbeat?.();
    this.#cancelTest?.();
    this.#faultSignal.show(0);
    for (const colour of colours) this.lights[colour].clear();
    void this.#opening.stop();
  }

  #testFrom(index: number): void {
    const { clock, blink } = this.#options;
    const colour = colours[index];
    if (colour === undefined) return;
    this.lights[colour].flash(blink.onMs);
    this.#cancelTest = clock.schedule(blink.onMs + blink.offMs, () => this.#testFrom(index + 1));
  }

  #useLamps(opening: LampOpening): void {
    const { health } = this.#options;
    const { lamps, description, fault } = opening;
    for (const colour of colours) this.lights[colour].connect(lamps[colour]);
    // If a lamp couldn't be switched, all have been closed again.
    if (this.#opening.opened !== opening) return;
    if (fault) health.fault(fault);
    else health.ok(description);
  }

  #reportFailure(error: unknown): void {
    if (isBug(error)) this.#bugs.report('driving the lights', error);
    const reason = messageOf(error);
    const known = error instanceof Error && 'remedy' in error ? String(error.remedy) : undefined;
    this.#options.health.fault({
      message: `can't control the lights: ${reason}`,
      remedy:
        known ??
        'Check the wiring, and that no other program uses the pins. Blinky tries again automatically',
      needsAttention: true,
    });
  }

  #closeLamps(lamps: Lamps): void {
    for (const colour of colours) {
      this.lights[colour].disconnect();
      try {
        lamps[colour].close();
      } catch {
        // Nothing more can be done for a lamp that can't be closed.
      }
    }
  }

  #planHeartbeat(): void {
    const { heartbeatMs, clock } = this.#options;
    if (heartbeatMs === undefined || this.#stopped) return;
    this.#cancelHeartbeat = clock.schedule(heartbeatMs, () => {
      if (this.#faultFlashes === 0) this.lights[heartbeatColour].flash(heartbeatFlashMs);
      this.#planHeartbeat();
    });
  }
}
