import type { PartHealth } from '../health/health.ts';
import type { Announcer } from '../publications/announcer.ts';

/**
 * Makes the function that lets Butler's subscribers learn whether events can arrive. Call it when
 * the health of a part has changed; where UDP is off, it says nothing.
 */
export function createUdpStateTeller(udp: PartHealth, announcer: Pick<Announcer, 'udpServer'>) {
  let told: boolean | undefined;
  return (): void => {
    const { state } = udp.status;
    const works = state === 'ok';
    if (state === 'off' || works === told) return;
    told = works;
    announcer.udpServer(works ? 'start' : 'error');
  };
}
