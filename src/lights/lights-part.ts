import { type Colour, colours } from '../../hardware/lamp.ts';
import type { Part, PartTools } from '../appliance/part.ts';
import { eventKinds } from '../events/kinds.ts';
import type { Metric } from '../health/metrics.ts';
import { LightsSink, type LightsSinkOptions } from './lights-sink.ts';
import { type LightSettings, lightsByKind } from './settings.ts';

export interface LightsPartOptions {
  readonly tools: PartTools;
  readonly settings: LightSettings;
  readonly openLamps: LightsSinkOptions['openLamps'];
  /** Called when a light has been switched on or off. Must return at once. */
  readonly onLight?: ((colour: Colour, lit: boolean) => void) | undefined;
  /** The same, in a later turn of the event loop, for what is less urgent. */
  readonly afterLight: (colour: Colour, lit: boolean) => void;
}

export interface LightsPart extends Part<'lights'> {
  /** Gets every event directly, without an inbox. */
  readonly lights: LightsSink;
}

/** Creates the configured lights. */
export function createLightsPart(options: LightsPartOptions): LightsPart {
  const { tools, settings, openLamps, onLight, afterLight } = options;
  const lightFor = lightsByKind(settings);
  const lights = new LightsSink({
    ...tools,
    blink: settings,
    lightFor,
    heartbeatMs: settings.heartbeat.enable ? settings.heartbeat.everySeconds * 1000 : undefined,
    openLamps,
    onChange: (colour, lit) => {
      onLight?.(colour, lit);
      setImmediate(() => afterLight(colour, lit));
    },
  });
  const lightStatus = (colour: Colour) => {
    const { lit, planner } = lights.lights[colour];
    const shows = eventKinds.filter((kind) => lightFor[kind] === colour);
    return { lit, blinked: planner.blinked, coalesced: planner.coalesced, shows };
  };
  return {
    name: 'lights',
    lights,
    start: () => lights.start(),
    stop: () => lights.goDark(),
    metrics: lightsMetrics(lights),
    status: () => ({
      lights: Object.fromEntries(colours.map((colour) => [colour, lightStatus(colour)])),
    }),
  };
}

const lightsMetrics = ({ lights }: LightsSink): readonly Metric[] => [
  {
    type: 'counter',
    name: 'blinky_blinks_total',
    help: 'Blinks shown',
    label: 'light',
    readEach: () => colours.map((colour) => [colour, lights[colour].planner.blinked]),
  },
  {
    type: 'counter',
    name: 'blinky_blinks_coalesced_total',
    help: 'Events that got no separate blink',
    label: 'light',
    readEach: () => colours.map((colour) => [colour, lights[colour].planner.coalesced]),
  },
];
