import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  defaultPins,
  describePin,
  headerPin,
  headerPins,
  powerPins,
} from '../../../hardware/header.ts';
import { type Colour, colours } from '../../../hardware/lamp.ts';
import { texts } from '../../../src/web/page/texts.js';

/** The picture has room for two lights; further ones are wired alike, and the guide says where. */
const drawnLights = colours.slice(0, 2);
const isDrawn = (part: string | undefined): part is Colour | 'button' =>
  part === 'button' || drawnLights.some((colour) => colour === part);

const svg = readFileSync(new URL('../../../hardware/wiring.svg', import.meta.url), 'utf8');

type Attributes = ReadonlyMap<string, string>;

/** The attributes of every element of this name, in the order of the file. */
function elements(name: string, within = svg): Attributes[] {
  const tags = within.matchAll(new RegExp(`<${name}\\b([^>]*?)/?>`, 'gu'));
  return [...tags].map(
    ([, inside = '']) =>
      new Map(
        [...inside.matchAll(/([\w-]+)="([^"]*)"/gu)].map(([, key = '', value = '']) => [
          key,
          value,
        ]),
      ),
  );
}

const numberOf = (attributes: Attributes, key: string) => Number(attributes.get(key) ?? Number.NaN);

const pins = [...svg.matchAll(/<g data-header-pin="(\d+)"[\s\S]*?<\/g>/gu)].map(([group, pin]) => {
  const [attributes = new Map<string, string>()] = elements('g', group);
  const [circle] = elements('circle', group);
  const [square] = elements('rect', group);
  const x = circle ? numberOf(circle, 'cx') : numberOf(square ?? attributes, 'x') + 12;
  const y = circle ? numberOf(circle, 'cy') : numberOf(square ?? attributes, 'y') + 12;
  const texts = [...group.matchAll(/<text[^>]*>([^<]*)<\/text>/gu)].map(([, text]) => text);
  return { pin: Number(pin), x, y, attributes, texts, isSquare: !circle };
});

const wires = elements('path').filter((path) => path.has('data-pin'));
const isGround = (pin: number) => powerPins.ground.some((ground) => ground === pin);

test('all 40 pins are drawn as they lie: odd left, even right, pin 1 square and at the top', () => {
  assert.deepEqual(
    pins.map(({ pin }) => pin),
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
  const [first, second, third] = pins;
  assert.ok(first && second && third);
  const pitch = third.y - first.y;
  assert.ok(pitch > 0 && second.x > first.x);
  for (const { pin, x, y, isSquare } of pins) {
    assert.equal(x, pin % 2 === 1 ? first.x : second.x, `pin ${pin}`);
    assert.equal(y, first.y + Math.floor((pin - 1) / 2) * pitch, `pin ${pin}`);
    assert.equal(isSquare, pin === 1, `pin ${pin}`);
  }
  assert.match(svg, />pin 1</);
});

test('every pin bears its number and the name it has in the pin table', () => {
  for (const { pin, attributes, texts } of pins) {
    const gpio = headerPins.find((entry) => entry.pin === pin);
    const power = Object.entries(powerPins).find(([, of]) => of.some((other) => other === pin));
    const name = gpio ? `GPIO ${gpio.bcm}` : power?.[0];
    assert.deepEqual(texts, [String(pin), name], `pin ${pin}`);
    assert.equal(attributes.get('data-bcm'), gpio ? String(gpio.bcm) : undefined);
    assert.equal(attributes.get('data-name'), name);
  }
});

test('lights and button are wired to the default pins, in the picture and on the module', () => {
  const parts = wires.filter((wire) => wire.has('data-part'));
  assert.deepEqual(
    parts.map((wire) => wire.get('data-part')).sort(),
    [...drawnLights, ...drawnLights, 'button'].sort(),
  );
  for (const wire of parts) {
    const part = wire.get('data-part');
    assert.ok(isDrawn(part), part);
    assert.equal(numberOf(wire, 'data-bcm'), defaultPins[part], part);
    assert.equal(numberOf(wire, 'data-pin'), headerPin(defaultPins[part])?.pin, part);
    assert.ok(wire.get('class')?.split(' ').includes(part), `the ${part} wire has its colour`);
  }
});

test('every other wire goes to ground', () => {
  const others = wires.filter((wire) => !wire.has('data-part'));
  assert.equal(others.length, 2);
  for (const wire of others) {
    assert.ok(wire.has('data-ground'));
    assert.ok(isGround(numberOf(wire, 'data-pin')), `pin ${wire.get('data-pin')} is ground`);
  }
});

test('a wire to the header begins in the middle of its pin', () => {
  const drawn = wires.filter((wire) => !wire.has('data-module'));
  assert.equal(drawn.length, 4);
  for (const wire of drawn) {
    const pin = pins.find((one) => one.pin === numberOf(wire, 'data-pin'));
    assert.ok(pin);
    assert.ok(wire.get('d')?.startsWith(`M${pin.x} ${pin.y}H`), `wire of pin ${pin.pin}`);
  }
});

test('the description and the guide name the same pins, the guide those of further lights, too', () => {
  const description = /<desc[^>]*>([^<]*)</u.exec(svg)?.[1] ?? '';
  const guide = readFileSync(new URL('../../../hardware/README.md', import.meta.url), 'utf8');
  for (const part of [...colours, 'button'] as const) {
    const bcm = defaultPins[part];
    const words = `pin ${headerPin(bcm)?.pin} (GPIO ${bcm})`;
    if (isDrawn(part)) assert.ok(description.includes(words), `${words} in the picture`);
    assert.ok(guide.includes(words), `${words} in the guide`);
  }
});

test('who can not see the picture on the page hears which pins the lights have', () => {
  for (const colour of drawnLights) {
    const words = `the ${colour} LED with its resistor between ${describePin(defaultPins[colour])}`;
    assert.ok(texts.setup.wiring.picture.includes(words), words);
  }
});

test('the picture has a title, dark colours for screens only, and nothing from elsewhere', () => {
  assert.match(svg, /<title id="title">[^<]+<\/title>/);
  assert.match(svg, /aria-labelledby="title desc"/);
  assert.match(svg, /@media screen and \(prefers-color-scheme: dark\)/);
  assert.doesNotMatch(svg, /<script|<image|href=|url\(/);
});
