import { colours } from '../../hardware/lamp.ts';
import { everyOrigin } from '../platform/origin.ts';
import { clientCertificateMistakes } from './client-certificate.ts';
import type { Config } from './schema.ts';
import { webhookMistakes } from './slack-settings.ts';

/**
 * WCAG 2.3.1 allows three flashes a second, so a blink may have to wait this long (ms) for its
 * turn; `BlinkPlanner` says the same.
 */
const longestWaitMs = 1001;

/** A rule that takes more than one field to check. */
export interface Contradiction {
  readonly path: readonly string[];
  readonly found: string;
  readonly allowed: string;
}

/** Finds settings that are each fine but can't stand together. */
export function contradictionsIn(config: Config): Contradiction[] {
  return [
    ...pinClashes(config.lightConfig),
    ...backlogTooShort(config.lightConfig),
    ...halfOfCertificate(config.brokerConfig),
    ...portClash(config.brokerConfig),
    ...everybodyMayPublish(config),
    ...signInMistakes('mqttConfig', config.mqttConfig),
    ...signInMistakes('satelliteConfig', config.satelliteConfig),
    ...webhookMistakes(config.slackConfig),
    ...clientCertificateMistakes('mqttConfig', config.mqttConfig),
    ...clientCertificateMistakes('satelliteConfig', config.satelliteConfig),
  ];
}

function signInMistakes(
  name: 'mqttConfig' | 'satelliteConfig',
  { brokerUser, brokerPassword, brokerPasswordFile }: Config['satelliteConfig'],
): Contradiction[] {
  if (brokerPassword && brokerPasswordFile) {
    const allowed = 'nothing, for brokerPassword is there, too; keep one of them';
    return [{ path: [name, 'brokerPasswordFile'], found: 'a file', allowed }];
  }
  if ((brokerPassword || brokerPasswordFile) && !brokerUser) {
    const allowed = 'the user to whom the password belongs';
    return [{ path: [name, 'brokerUser'], found: 'nothing', allowed }];
  }
  return [];
}

function pinClashes(lights: Config['lightConfig']): Contradiction[] {
  const taken = new Map<number, string>();
  const clashes: Contradiction[] = [];
  const claim = (name: string, owner: string, wanted: number) => {
    const holder = taken.get(wanted);
    if (holder === undefined) taken.set(wanted, owner);
    else {
      clashes.push({
        path: ['lightConfig', name, 'pin'],
        found: String(wanted),
        allowed: `a GPIO other than that of ${holder}`,
      });
    }
  };
  for (const colour of colours) claim(colour, `the ${colour} light`, lights[colour].pin);
  if (lights.button.enable) claim('button', 'the button', lights.button.pin);
  return clashes;
}

/** A certificate is of no use without its key, nor the key without it. */
function halfOfCertificate({ tls }: Config['brokerConfig']): Contradiction[] {
  const { certFile, keyFile } = tls;
  if (!tls.enable || (certFile === '') === (keyFile === '')) return [];
  const [missing, given] = certFile === '' ? ['certFile', keyFile] : ['keyFile', certFile];
  return [
    {
      path: ['brokerConfig', 'tls', missing],
      found: 'nothing',
      allowed: `the file that goes with ${given}; with neither, the appliance makes a certificate itself`,
    },
  ];
}

function portClash({ port, tls }: Config['brokerConfig']): Contradiction[] {
  if (!tls.enable || tls.port === 0 || tls.port !== port) return [];
  return [
    {
      path: ['brokerConfig', 'tls', 'port'],
      found: String(tls.port),
      allowed: 'a port other than Butler.brokerConfig.port',
    },
  ];
}

/** Any page that somebody here opens may use their place in the network, so it gets to listen only. */
function everybodyMayPublish({ webConfig, brokerConfig }: Config): Contradiction[] {
  if (brokerConfig.access.anonymous !== 'publish') return [];
  if (!webConfig.allowedOrigins.includes(everyOrigin)) return [];
  return [
    {
      path: ['webConfig', 'allowedOrigins'],
      found: `"${everyOrigin}"`,
      allowed:
        'a list of origins, since with Butler.brokerConfig.access.anonymous: publish any web page could publish',
    },
  ];
}

function backlogTooShort({ onMs, offMs, maxBacklogMs }: Config['lightConfig']): Contradiction[] {
  const least = Math.max(onMs + offMs, longestWaitMs) + onMs;
  if (maxBacklogMs >= least) return [];
  return [
    {
      path: ['lightConfig', 'maxBacklogMs'],
      found: String(maxBacklogMs),
      allowed: `${least} ms or more with onMs ${onMs} and offMs ${offMs}, so that one blink always fits`,
    },
  ];
}
