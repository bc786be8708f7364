import { createHash } from 'node:crypto';
import { z } from 'zod';

/** One thing that a product consists of (CycloneDX 1.5, "components"). */
export interface Component {
  readonly type: 'library' | 'application' | 'operating-system';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  /** Package URL (https://github.com/package-url/purl-spec). */
  readonly purl: string;
}

/** What a list is made for. */
export interface Product {
  readonly version: string;
  /** When it was made, s since 1970: the commit's time, so that the same commit gives the same list. */
  readonly epoch: number;
}

/** A list of what a product consists of, in CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/). */
export interface BillOfMaterials {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.5';
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly unknown[];
  readonly dependencies?: readonly unknown[];
}

/** Locked, but no part of the packages: for checkouts only, and koffi brings every platform. */
const forCheckouts: readonly string[] = ['marked', 'tsx'];
const shippedKoffi = /^@koromix\/koffi-linux-(arm64|x64)$/;
const isShipped = ({ name }: { readonly name: string }): boolean =>
  !forCheckouts.includes(name) && (!name.startsWith('@koromix/koffi-') || shippedKoffi.test(name));

/** What of npm's own list (`npm sbom`) is used here; the rest of each entry passes on as it is. */
const npmList = z.looseObject({
  components: z.array(z.looseObject({ name: z.string(), 'bom-ref': z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

/**
 * What the program consists of.
 * @param json what `npm sbom --package-lock-only --sbom-format cyclonedx` prints
 */
export function programBill(json: string, product: Product): BillOfMaterials {
  const { components, dependencies } = npmList.parse(JSON.parse(json));
  const shipped = components.filter(isShipped);
  const self = `blinky-light@${product.version}`;
  const refs = new Set([self, ...shipped.map((component) => component['bom-ref'])]);
  const component: Component = {
    type: 'application',
    'bom-ref': self,
    name: 'blinky-light',
    version: product.version,
    purl: `pkg:npm/blinky-light@${product.version}`,
  };
  return bill(product, component, shipped, {
    dependencies: dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((on) => refs.has(on)) })),
  });
}

/**
 * What the card image consists of: Debian's packages, and ours.
 * @param status dpkg's database, `/var/lib/dpkg/status` (deb822(5))
 */
export function imageBill(status: string, product: Product): BillOfMaterials {
  const installed = status.split(/\n{2,}/).flatMap((paragraph) => {
    const field = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(paragraph)?.[1];
    const [name, version, arch] = [field('Package'), field('Version'), field('Architecture')];
    const isInstalled = field('Status')?.endsWith(' installed') === true;
    return isInstalled && name && version && arch ? [debianPackage(name, version, arch)] : [];
  });
  const ours = debianPackage('blinky-light', product.version, 'arm64');
  const image: Component = {
    ...ours,
    type: 'operating-system',
    'bom-ref': `blinky-light-image@${product.version}`,
    name: 'blinky-light-image',
    purl: `pkg:generic/blinky-light-image@${product.version}`,
  };
  const others = installed.filter(({ name }) => name !== ours.name);
  return bill(product, image, [...others, { ...ours, type: 'application' }], {});
}

function debianPackage(name: string, version: string, arch: string): Component {
  const namespace = name === 'blinky-light' ? '' : 'debian/';
  const purl = `pkg:deb/${namespace}${name}@${encodeURIComponent(version)}?arch=${arch}`;
  return { type: 'library', 'bom-ref': purl, name, version, purl };
}

function bill(
  { epoch }: Product,
  component: Component,
  components: readonly unknown[],
  more: Pick<BillOfMaterials, 'dependencies'>,
): BillOfMaterials {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([component, components]))}`,
    version: 1,
    metadata: { timestamp: new Date(epoch * 1000).toISOString(), component },
    components,
    ...more,
  };
}

/** A UUID that the same content always gets (RFC 9562, version 8). */
function uuidOf(content: string): string {
  const hash = createHash('sha256').update(content).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
