// What the program links to in the manual is there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { faultCodes } from '../../../../hardware/fault-codes.ts';
import { parts } from '../../../../src/appliance/parts.ts';
import { checks, faultOfCheck } from '../../../../src/cli/checks.ts';
import { manualPage } from '../../../../src/cli/manual-page.ts';
import { partLabelList } from '../../../../src/web/health-lists.ts';
import { renderManualPage } from '../../../../src/web/help/manual-page.ts';

const markdown = readFileSync(
  new URL('../../../../src/manual/troubleshooting.md', import.meta.url),
  'utf8',
);
const { html } = renderManualPage('troubleshooting', markdown, { pages: '', root: '../' });

for (const { name, help, flashes } of faultCodes) {
  test(`the manual has a section on the fault ${name}`, () => {
    assert.match(html, new RegExp(`<(?:h2|span) id="${help}">`));
    if (flashes > 0) assert.match(help, new RegExp(`^${flashes}-flash`));
  });
}

test('the page knows of every part with a fault code where to read on', () => {
  const list = partLabelList(parts, faultCodes);
  for (const part of parts) {
    const code = 'faultCode' in part ? part.faultCode : undefined;
    const help = faultCodes.find(({ name }) => name === code)?.help ?? '';
    assert.ok(list.includes(`<li data-part="${part.name}" data-help="${help}">`), part.name);
  }
});

test('blinky check knows it of its own checks', () => {
  for (const check of faultOfCheck.keys()) assert.ok(checks.includes(check), check.name);
});

test('the manual is on the page of an appliance that runs, else in a file', () => {
  const page = { host: '::', port: 8080 };
  assert.match(manualPage(true, page) ?? '', /^http:\/\/[^/]+:8080\/help\/troubleshooting$/);
  assert.match(manualPage(false, page) ?? '', /src\/manual\/troubleshooting\.md$/);
});
