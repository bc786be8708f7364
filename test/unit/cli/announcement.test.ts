import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { announce, announcement } from '../../../src/cli/announcement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('page and broker are announced with their ports, and what is off is not', () => {
  const both = announcement({ web: 80, mqtt: 1884 });
  assert.match(both, /<service><type>_http\._tcp<\/type><port>80<\/port><\/service>/);
  assert.match(both, /<service><type>_mqtt\._tcp<\/type><port>1884<\/port><\/service>/);
  assert.doesNotMatch(announcement({ web: undefined, mqtt: 1883 }), /_http/);
});

test('it is left where systemd says, and nowhere without systemd', (context) => {
  const folder = temporaryFolder(context);
  announce(folder, { web: 80, mqtt: 1883 });
  announce(undefined, { web: 80, mqtt: 1883 });
  assert.deepEqual(readdirSync(folder), ['announcement']);
});
