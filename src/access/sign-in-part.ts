import type { Part } from '../appliance/part.ts';
import { SignIns, type SignInsOptions } from './sign-ins.ts';

export interface SignInPart extends Part<'sign-in'> {
  readonly signIns: SignIns;
}

/** Checks names and passwords, for MQTT and the page. */
export function createSignInPart(options: SignInsOptions): SignInPart {
  const signIns = new SignIns(options);
  return { name: 'sign-in', signIns, metrics: signIns.metrics, stop: () => signIns.stop() };
}
