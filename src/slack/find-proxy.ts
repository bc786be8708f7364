import { isWithoutProxy } from './no-proxy.ts';
import type { PermanentFailure } from './post-outcome.ts';
import { readProxyAddress } from './web-proxy.ts';

/** Environment variables; the ones for proxies are read. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The web proxy between here and Slack. */
export interface WebProxy {
  readonly url: URL;
  /** Its host and port for messages, without user and password. */
  readonly name: string;
  /** Where its address is set, as shown in messages. */
  readonly from: string;
}

export type FoundProxy =
  | { readonly kind: 'none' }
  | { readonly kind: 'proxy'; readonly proxy: WebProxy }
  | PermanentFailure;

const settingName = 'Butler.slackConfig.proxy';

/**
 * Finds the proxy for a server: from the setting if there is one, else from the environment, as
 * curl does.
 * @param setting `Butler.slackConfig.proxy`, or empty
 */
export function findProxy(setting: string, environment: Environment, target: URL): FoundProxy {
  if (setting.trim() !== '') return judged(setting, settingName);
  const exceptions = firstSet(environment, ['no_proxy', 'NO_PROXY'])?.value ?? '';
  const found = firstSet(environment, variablesFor(target));
  if (!found || isWithoutProxy(exceptions, target)) return { kind: 'none' };
  return judged(found.value, `the variable ${found.name}`);
}

/** Uppercase `HTTP_PROXY` is ignored: on web servers, a request header can set it. */
function variablesFor({ protocol }: URL): readonly string[] {
  const own = protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy'];
  return [...own, 'all_proxy', 'ALL_PROXY'];
}

function firstSet(environment: Environment, names: readonly string[]) {
  for (const name of names) {
    const value = environment[name]?.trim();
    if (value) return { name, value };
  }
  return undefined;
}

function judged(text: string, from: string): FoundProxy {
  const address = readProxyAddress(text);
  switch (address.kind) {
    case 'none':
      return address;
    case 'proxy': {
      const { url } = address;
      const port = url.port || (url.protocol === 'https:' ? '443' : '80');
      return { kind: 'proxy', proxy: { url, name: `${url.hostname}:${port}`, from } };
    }
    case 'unusable':
      return {
        kind: 'permanent',
        message: `${from} has ${address.why} instead of the address of a web proxy`,
        remedy: `Set ${settingName} to http://host:port, or to none for no proxy`,
      };
  }
}
