import type { CheckInput } from '../health/check.ts';
import { checkPort } from '../health/check-port.ts';
import type { Finding } from '../health/finding.ts';
import type { WebSettings } from './settings.ts';

interface NeededConfig {
  readonly webConfig: Pick<WebSettings, 'enable' | 'host' | 'port'>;
}

/** Checks whether the web server can listen on its port. */
export async function* checkPage(input: CheckInput<NeededConfig>): AsyncGenerator<Finding> {
  const { enable, host, port } = input.config.webConfig;
  if (!enable) return;
  yield await checkPort(
    {
      protocol: 'TCP',
      host,
      port,
      purpose: 'the web page',
      hostKey: 'Butler.webConfig.host',
      portKey: 'Butler.webConfig.port',
    },
    input,
  );
}
