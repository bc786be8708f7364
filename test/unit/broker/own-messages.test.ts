import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OwnMessages, type RoutedMessage } from '../../../src/broker/own-messages.ts';
import { recordingLog } from '../../support/recording-log.ts';

/** What happens to published messages, in order. */
function route(hasSessions = true, hasListener = false) {
  const steps: string[] = [];
  const messages: RoutedMessage[] = [];
  const { log, lines } = recordingLog();
  const own = new OwnMessages({
    limits: { topicBytes: 100, topicLevels: 5 },
    store: {
      hasSessions,
      keep: ({ topic }) => steps.push(`keep ${topic}`),
      addOwnTopic: (topic) => steps.push(`own topic ${topic}`),
    },
    subscribers: {
      hasListener: () => hasListener,
      emit: (message) => {
        steps.push(`hand out ${message.topic}`);
        messages.push(message);
      },
    },
    brokerId: 'broker',
    log,
  });
  return { own, steps, messages, lines };
}

describe("the appliance's own messages", () => {
  test('are kept before they are passed on, whether there are sessions or not', () => {
    for (const hasSessions of [true, false]) {
      const { own, steps, messages } = route(hasSessions);
      own.publish({ topic: 'event', payload: 'x' });
      assert.deepEqual(steps, ['keep event', 'hand out event']);
      assert.deepEqual([messages[0]?.qos, messages[0]?.retain], [1, false]);
    }
  });

  test('on a retained topic, the topic is theirs before the message is kept', () => {
    const { own, steps, messages } = route();
    own.publish({ topic: 'status', payload: 'online', retain: true });
    assert.deepEqual(steps, ['own topic status', 'keep status', 'hand out status']);
    assert.deepEqual([messages[0]?.qos, messages[0]?.retain], [0, true]);
  });

  test('have their own numbers, which no message of a client gets', () => {
    const { own, messages } = route();
    own.publish({ topic: 'a', payload: 'x' });
    own.publishNow('b', 'x');
    own.publishWill({ topic: 'c', payload: Buffer.from('x'), qos: 2, properties: { a: 1 } });
    const numbers = messages.map(({ brokerCounter }) => brokerCounter);
    assert.equal(new Set(numbers).size, 3);
    assert.ok(numbers.every((number) => number < 0));
    assert.deepEqual(
      messages.map(({ qos, properties }) => [qos, properties]),
      [
        [1, undefined],
        [0, undefined],
        [2, { a: 1 }],
      ],
    );
  });

  test('are wanted if a subscriber is connected, or may come back', () => {
    assert.equal(route(false, false).own.isWanted('t'), false);
    assert.equal(route(true, false).own.isWanted('t'), true);
    assert.equal(route(false, true).own.isWanted('t'), true);
  });

  test('on a topic that no client could accept, they are dropped and logged', () => {
    const { own, steps, lines } = route();
    own.publish({ topic: 'a/+', payload: 'x' });
    assert.deepEqual(steps, []);
    assert.match(lines.join('\n'), /not published: "a\/\+"/);
  });
});
