import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { startChild } from '../support/child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Report {
  readonly load: 'C' | 'Node';
  readonly rows: readonly { readonly key: string; readonly runs: Record<string, number[]> }[];
}

/** A quick run. */
async function bench(context: TestContext, args: readonly string[]) {
  const file = join(temporaryFolder(context), 'bench.json');
  const child = startChild(context, 'test/bench/bench.ts', ['--quick', '--json', file, ...args]);
  assert.equal(await child.ended, 0, child.output());
  assert.match(child.output(), /Blinky Light/);
  const { load, rows }: Report = JSON.parse(readFileSync(file, 'utf8'));
  const statisticsOf = (target: string) =>
    new Map(rows.map(({ key, runs }) => [key, runs[target]?.[0] ?? Number.NaN]));
  return { load, statisticsOf };
}

describe('npm run bench', () => {
  test('measures latency, the light and the pin', async (context) => {
    const { load, statisticsOf } = await bench(context, ['--only', 'latency,light,pin-write']);
    const statistics = statisticsOf('appliance');
    for (const key of ['latency.p50', 'latency.p99', 'light.p50', 'pin.p50', 'pin.p99']) {
      const us = statistics.get(key) ?? Number.NaN;
      assert.ok(us > 0 && us < 1e6, `${key}: ${us} µs`);
    }
    if (load === 'C') assert.ok((statisticsOf('bare').get('latency.p50') ?? 0) > 0);
  });

  test('works without a C compiler', async (context) => {
    const { statisticsOf } = await bench(context, ['--node-load', '--only', 'bursts,idle-clients']);
    const statistics = statisticsOf('appliance');
    assert.ok((statistics.get('burst.1000') ?? 0) > 0);
    assert.ok((statistics.get('connects') ?? 0) > 0);
  });

  test('a program that does not run is said without a stack', async (context) => {
    const child = startChild(context, 'test/bench/bench.ts', [
      ...['--quick', '--node-load', '--only', 'bursts'],
      ...['--appliance', 'node --no-such-option'],
    ]);
    assert.equal(await child.ended, 1);
    assert.match(child.output(), /node --no-such-option .* has ended; it said:\n.*bad option/);
    assert.doesNotMatch(child.output(), /^ {4}at /m);
  });

  test('an unknown experiment is refused, with the ones that there are', async (context) => {
    const child = startChild(context, 'test/bench/bench.ts', ['--only', 'speed']);
    assert.equal(await child.ended, 2);
    assert.match(child.output(), /^no experiment speed; there are latency, /);
  });
});
