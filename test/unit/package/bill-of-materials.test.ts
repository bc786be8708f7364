import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { imageBill, programBill } from '../../../scripts/package/bill-of-materials.ts';

const product = { version: '1.2.3', epoch: 1_764_000_000 };

const status = `Package: libc6
Status: install ok installed
Architecture: arm64
Source: glibc
Version: 2.41-12+deb13u1
Description: GNU C Library
 Version: not a field

Package: removed
Status: deinstall ok config-files
Architecture: all
Version: 1

Package: dbus
Status: install ok installed
Architecture: arm64
Version: 1:1.16.2-2
`;

const npmList = JSON.stringify({
  metadata: { component: { name: 'the folder it was made in' } },
  components: [
    'zod',
    'tsx',
    'marked',
    '@koromix/koffi-linux-arm64',
    '@koromix/koffi-win32-x64',
  ].map((name) => ({ name, 'bom-ref': `${name}@1`, version: '1', licenses: [] })),
  dependencies: [
    { ref: 'blinky-light@1.2.3', dependsOn: ['zod@1', 'tsx@1'] },
    { ref: 'tsx@1', dependsOn: [] },
  ],
});

describe('what a release consists of', () => {
  test('the image: the packages that are installed, and ours', () => {
    const bill = imageBill(status, product);
    assert.deepEqual(
      bill.components.map((component) => (component as { purl: string }).purl),
      [
        'pkg:deb/debian/libc6@2.41-12%2Bdeb13u1?arch=arm64',
        'pkg:deb/debian/dbus@1%3A1.16.2-2?arch=arm64',
        'pkg:deb/blinky-light@1.2.3?arch=arm64',
      ],
    );
    assert.equal(bill.metadata.component.name, 'blinky-light-image');
  });

  test('the program: what npm lists, less what is not shipped', () => {
    const bill = programBill(npmList, product);
    assert.deepEqual(
      bill.components.map((component) => (component as { name: string }).name),
      ['zod', '@koromix/koffi-linux-arm64'],
    );
    assert.deepEqual(bill.dependencies, [{ ref: 'blinky-light@1.2.3', dependsOn: ['zod@1'] }]);
    assert.doesNotMatch(JSON.stringify(bill), /the folder it was made in/);
  });

  test('both: the form of CycloneDX 1.5, every reference once, the same each time', () => {
    for (const make of [() => imageBill(status, product), () => programBill(npmList, product)]) {
      const bill = make();
      assert.equal(bill.bomFormat, 'CycloneDX');
      assert.equal(bill.specVersion, '1.5');
      assert.match(
        bill.serialNumber,
        /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      assert.equal(bill.metadata.timestamp, '2025-11-24T16:00:00.000Z');
      const refs = bill.components.map(
        (component) => (component as { 'bom-ref': string })['bom-ref'],
      );
      assert.equal(new Set(refs).size, refs.length);
      assert.deepEqual(make(), bill);
    }
  });

  test('a list of another form is refused', () => {
    assert.throws(() => programBill('{"components": "none"}', product));
  });
});
