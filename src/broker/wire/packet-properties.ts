import { malformed, type PacketReader, protocolError } from './packet-reader.ts';

/** Where properties may occur in what a client sends. */
export type PropertyPlace =
  | 'connect'
  | 'will'
  | 'publish'
  | 'acknowledgement'
  | 'subscribe'
  | 'unsubscribe'
  | 'disconnect';

type Kind = 'flag' | 'uint16' | 'uint32' | 'integer' | 'text' | 'topic' | 'binary' | 'pair';

interface Property {
  readonly kind: Kind;
  readonly places: readonly PropertyPlace[];
  /** Zero is a protocol error. */
  readonly positive?: boolean;
}

const everywhere: readonly PropertyPlace[] = [
  'connect',
  'will',
  'publish',
  'acknowledgement',
  'subscribe',
  'unsubscribe',
  'disconnect',
];
const message: readonly PropertyPlace[] = ['publish', 'will'];

/** The properties that a client may send (MQTT 5, section 2.2.2.2). */
const properties: Readonly<Record<number, Property>> = {
  1: { kind: 'flag', places: message },
  2: { kind: 'uint32', places: message },
  3: { kind: 'text', places: message },
  8: { kind: 'topic', places: message },
  9: { kind: 'binary', places: message },
  11: { kind: 'integer', places: ['subscribe'], positive: true },
  17: { kind: 'uint32', places: ['connect', 'disconnect'] },
  21: { kind: 'text', places: ['connect'] },
  22: { kind: 'binary', places: ['connect'] },
  23: { kind: 'flag', places: ['connect'] },
  24: { kind: 'uint32', places: ['will'] },
  25: { kind: 'flag', places: ['connect'] },
  31: { kind: 'text', places: ['acknowledgement', 'disconnect'] },
  33: { kind: 'uint16', places: ['connect'], positive: true },
  34: { kind: 'uint16', places: ['connect'] },
  35: { kind: 'uint16', places: ['publish'], positive: true },
  38: { kind: 'pair', places: everywhere },
  39: { kind: 'uint32', places: ['connect'], positive: true },
};

const userProperty = 38;
export const receiveMaximum = 33;
export const topicAlias = 35;
export const maximumPacketSize = 39;

/** The numeric properties of a packet, by identifier. */
export type Numbers = ReadonlyMap<number, number>;

/**
 * Checks and skips the properties of a packet.
 * @param checkTopic checks a response topic
 */
export function readProperties(
  reader: PacketReader,
  place: PropertyPlace,
  checkTopic: (topic: string) => void,
): Numbers {
  const part = reader.part(reader.variableByteInteger());
  const seen = new Map<number, number>();
  while (part.left > 0) {
    const id = part.variableByteInteger();
    const property = properties[id];
    if (!property?.places.includes(place)) throw protocolError(`property ${id} isn't allowed here`);
    if (seen.has(id) && id !== userProperty) throw protocolError(`property ${id} occurs twice`);
    const value = readValue(part, property.kind, checkTopic);
    if (property.positive && value === 0) throw protocolError(`property ${id} must not be 0`);
    seen.set(id, value);
  }
  return seen;
}

/** The value if it is a number, otherwise 0 or the length of the text. */
function readValue(part: PacketReader, kind: Kind, checkTopic: (topic: string) => void): number {
  switch (kind) {
    case 'flag': {
      const value = part.byte();
      if (value > 1) throw malformed('a flag is neither 0 nor 1');
      return value;
    }
    case 'uint16':
      return part.uint16();
    case 'uint32':
      return part.uint32();
    case 'integer':
      return part.variableByteInteger();
    case 'text':
      return part.text().length;
    case 'topic':
      checkTopic(part.text());
      return 1;
    case 'binary':
      return part.binary().length;
    case 'pair':
      return part.text().length + part.text().length;
  }
}
