import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';
import type { TestApp } from './test-app.ts';

export const floodKinds = [
  'none',
  'subscribe',
  'wildcards',
  'retained',
  'matching',
  'system',
  'unsubscribe',
  'publish0',
  'publish1',
  'publish2',
  'large',
  'ping',
  'tiny',
  'connect',
  'garbage',
] as const;
export type FloodKind = (typeof floodKinds)[number];

export interface FloodOrder {
  readonly port: number;
  readonly kind: FloodKind;
  readonly attackers: number;
  readonly seconds: number;
}

export interface FloodResult {
  /** Bytes; connections where each flood is one of them. */
  readonly sent: number;
}

export interface PaceOrder {
  readonly mqtt: number;
  readonly udp: number;
  /** Where `echo.ts` listens. */
  readonly echo: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** How long it waits for the last ones. */
  readonly waitSeconds: number;
}

export interface PaceResult {
  readonly sent: number;
  readonly missing: number;
  /** From a datagram's leaving to the subscriber, ms, of each event. */
  readonly tookMs: readonly number[];
  /** From a datagram's leaving to when it is back, ms. */
  readonly echoMs: readonly number[];
}

/** What events took beside a flood, ms. */
export interface Beside {
  /** From a datagram's leaving to when the light had been switched. */
  readonly light: readonly number[];
  readonly subscriber: readonly number[];
  /** What a process that only sends datagrams back took: what it is late, the machine is late. */
  readonly machine: readonly number[];
  readonly missing: number;
  readonly sent: number;
}

/** Attackers, and one who sends events and subscribes: each in a process of its own. */
export async function startFloods(context: TestContext, { app }: TestApp) {
  const attackers = await startHelper(context, 'flood-attackers.ts');
  const honest = await startHelper(context, 'paced-events.ts');
  const echo = startChild(context, 'test/support/echo.ts', []);
  const echoPort = Number((await echo.printed(/echo on (\d+)/))[1]);
  const port = app.ports.mqtt ?? 0;
  const light: number[] = [];
  const accept = app.lights.accept.bind(app.lights);
  app.lights.accept = (event: Parameters<typeof accept>[0] & { userId?: string }) => {
    accept(event);
    light.push(Number(process.hrtime.bigint() - BigInt(event.userId?.slice(1) ?? 0)) / 1e6);
  };
  return {
    /** Sends `perSecond` events while `count` attackers flood the broker. */
    async beside(
      kind: FloodKind,
      count: number,
      seconds: number,
      perSecond: number,
    ): Promise<Beside> {
      const flood: FloodOrder = { port, kind, attackers: count, seconds };
      const flooding = answer(attackers, flood);
      light.length = 0;
      const pace: PaceOrder = {
        mqtt: port,
        udp: app.ports.udp ?? 0,
        echo: echoPort,
        perSecond,
        seconds,
        waitSeconds: 10,
      };
      const { tookMs, echoMs, missing, sent } = (await answer(honest, pace)) as PaceResult;
      await flooding;
      return { light: [...light], subscriber: tookMs, machine: echoMs, missing, sent };
    },
  };
}

async function startHelper(context: TestContext, file: string): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  });
  context.after(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

async function answer(child: ChildProcess, order: object): Promise<unknown> {
  child.send(order);
  const [result] = await once(child, 'message');
  return result;
}

/** The value below which `share` of the values are. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
