import type { Note } from '../plan.ts';

/** A Wi-Fi as a file names it, before anything is checked. */
export interface FoundNetwork {
  /** Undefined where only other things are said of it; empty where it is said to have none. */
  readonly name?: string | undefined;
  /** The same with what was taken for a comment behind it. */
  readonly nameWithComment?: string | undefined;
  /** Empty: there is none. Undefined: nothing is said about it. */
  readonly password?: string | undefined;
  /** Counted from 1. */
  readonly nameLine?: number | undefined;
  readonly passwordLine?: number | undefined;
  /** Why the Pi can't join it, whatever else is said. */
  readonly obstacle?: Obstacle | undefined;
}

export type Obstacle = 'enterprise' | 'wep';

/** What a file says, in whichever layout. */
export interface FoundSettings {
  /** What the layout is called. */
  readonly layout: Layout;
  /** The first one is joined first. */
  readonly networks: readonly FoundNetwork[];
  readonly country?: { readonly value: string; readonly line?: number } | undefined;
  /** What is wrong with the file as such, or passed over. */
  readonly notes: readonly Note[];
}

export type Layout =
  | 'lines'
  | 'wpa_supplicant.conf'
  | 'a NetworkManager profile'
  | 'netplan'
  | 'JSON'
  | 'a QR code';

/** Text that stands in the place of a password that was stored. */
export const storedMark = '(stored; to change it, write the new one here)';

export const isStoredMark = (value: string): boolean => /^\(stored\b/i.test(value);
