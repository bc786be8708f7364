import mqttPacket from 'mqtt-packet';

/** Names that every object has: nobody's client, topic or filter. */
export const inheritedNames = ['constructor', 'toString', '__proto__', 'hasOwnProperty'] as const;

const clientIds = ['', 'one', 'two', 'three', '/', '#', '\u0001', ...inheritedNames];
const topics = [
  ...['a', 'a/b', '#', '+/a', 'a/#/b', 'a+', '/', '', 'a//b', 'ü/😀', '\u0001', 'x'.repeat(300)],
  ...['$share/g/t', '$share/', '$SYS/#', '$SYS/broker/uptime', '$session', 'length', 'qos'],
  ...['blinky/blink', 'blinky/status', 'qliksense/#', ...inheritedNames],
];
const acknowledgements = ['puback', 'pubrec', 'pubrel', 'pubcomp'] as const;
const qualities = [0, 1, 2] as const;

/**
 * What a client might send: packets that are well formed, each with properties of any kind, in an
 * order that means nothing; now and then a few bytes that are no packet.
 */
export function mqttConversation(random: () => number): Buffer[] {
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <Value>(values: readonly Value[]) => values[below(values.length)] as Value;
  const chance = (share: number) => random() < share;
  const some = <Value>(most: number, make: () => Value) =>
    Array.from({ length: 1 + below(most) }, make);
  const protocolVersion = pick([3, 4, 5, 5] as const);

  const properties = () => {
    const all = {
      payloadFormatIndicator: chance(0.5),
      messageExpiryInterval: below(3),
      topicAlias: below(40),
      responseTopic: pick(topics),
      correlationData: Buffer.alloc(below(20)),
      userProperties: { [pick(inheritedNames)]: ['1', '2'] },
      subscriptionIdentifier: 1 + below(3),
      contentType: 'x',
      willDelayInterval: below(3),
      sessionExpiryInterval: pick([0, 1, 0xff_ff_ff_ff]),
      receiveMaximum: 1 + below(5),
      maximumPacketSize: 20 + below(500),
      topicAliasMaximum: below(5),
      requestProblemInformation: chance(0.5),
      authenticationMethod: 'x',
      reasonString: 'r',
    };
    return Object.fromEntries(Object.entries(all).filter(() => chance(0.25)));
  };
  /** What the library refuses to write is nothing that it could read. */
  const packet = (content: mqttPacket.Packet): Buffer => {
    const withProperties =
      protocolVersion === 5 && chance(0.6) ? { ...content, properties: properties() } : content;
    try {
      return mqttPacket.generate(withProperties, { protocolVersion });
    } catch {
      return Buffer.alloc(0);
    }
  };
  const message = () => ({
    topic: pick(topics),
    payload: Buffer.alloc(below(pick([1, 5, 3000])), 'x'),
    qos: pick(qualities),
    retain: chance(0.3),
  });
  const reason = () =>
    protocolVersion === 5 ? { reasonCode: pick([0, 0x04, 0x10, 0x80, 0x97]) } : {};
  const makers: readonly (() => Buffer)[] = [
    ...Array.from(
      { length: 4 },
      () => () => packet({ cmd: 'publish', ...message(), dup: chance(0.2), messageId: below(6) }),
    ),
    () =>
      packet({
        cmd: 'subscribe',
        messageId: below(4),
        subscriptions: some(4, () => ({
          topic: pick(topics),
          qos: pick(qualities),
          nl: chance(0.3),
          rap: chance(0.3),
          rh: below(3),
        })),
      }),
    () =>
      packet({
        cmd: 'unsubscribe',
        messageId: below(4),
        unsubscriptions: some(3, () => pick(topics)),
      }),
    () => packet({ cmd: pick(acknowledgements), messageId: below(6), ...reason() }),
    () => packet({ cmd: 'pingreq' }),
    () => packet({ cmd: 'disconnect', ...reason() }),
    () => packet({ cmd: 'auth', reasonCode: 0x18 }),
    () => Buffer.from([below(256), below(4), 0, below(4)]),
  ];
  const connect = packet({
    cmd: 'connect',
    protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
    protocolVersion,
    clientId: pick(clientIds),
    clean: chance(0.5),
    keepalive: below(3),
    ...(chance(0.5) && { will: message() }),
    ...(chance(0.2) && { username: pick(clientIds), password: Buffer.from('x') }),
  });
  return [connect, ...some(25, () => pick(makers)())];
}
