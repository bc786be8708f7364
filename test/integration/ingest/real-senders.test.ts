import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UserEvent } from '../../../src/events/user-event.ts';
import { startTestApp } from '../../support/test-app.ts';
import { waitFor } from '../../support/wait-for.ts';

const fields = 'sense1;Open connection;LAB;goran;AppAccess;/hub/;m';

describe('what real senders send', () => {
  test('two appender files, lines of a relay, UTF-16, over a socket for both families', async (context) => {
    const { app, send, get, subscribe, blinks, lines } = await startTestApp(context, [
      'udpServerConfig.serverHost="::"',
    ]);
    const { messages } = await subscribe('blinky/event');
    const events = () => messages.map(({ payload }) => JSON.parse(payload) as UserEvent);

    await send(`/proxy-connection/;${fields}`);
    await send(`/qseow-proxy-connection/;${fields}`);
    await send('h;Close connection;LAB;a\r\nh;Close connection;LAB;b\r\n');
    await send(Buffer.from(`/proxy-connection/;${fields}`, 'utf16le'));
    await send('/proxy-session/;h;Start session;(null);(null);(null);(null);m');
    await send(Buffer.from('h;Close connection;LAB;\xe5sa', 'latin1'));

    await waitFor('the last event', () => events().some(({ userId }) => userId === 'åsa'));
    assert.deepEqual(
      events().map(({ userId, source }) => `${userId} ${source}`),
      ['goran', 'a', 'b', 'åsa'].map((userId) => `${userId} 127.0.0.1`),
    );
    await waitFor('the blinks', () => blinks('red') === 3);
    assert.equal(blinks('green'), 1);
    assert.equal(app.activeUserCount, 1);
    const status = (await (await get('/api/status')).json()) as {
      copies: number;
      rejected: Record<string, number>;
    };
    assert.equal(status.copies, 1);
    assert.equal(status.rejected['wrong-encoding'], 1);
    assert.equal(status.rejected['missing-user'], 1);
    const metrics = await (await get('/metrics')).text();
    assert.match(metrics, /^blinky_event_copies_total 1$/m);
    assert.match(metrics, /^blinky_datagrams_code_page_total 1$/m);
    assert.match(metrics, /blinky_datagrams_rejected_total\{reason="wrong-encoding"\} 1/);
    const hints = lines.filter((line) => /same events in two layouts|not UTF-8/.test(line));
    assert.equal(hints.length, 2, lines.join('\n'));
  });
});
