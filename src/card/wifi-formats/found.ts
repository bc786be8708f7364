import type { Note } from '../plan.ts';

/** A Wi-Fi as found in a file, not yet validated. */
export interface FoundNetwork {
  /** Undefined if the file has only other settings of it; empty if the name is left empty. */
  readonly name?: string | undefined;
  /** The same with the text after it that was read as a comment. */
  readonly nameWithComment?: string | undefined;
  /** Empty: no password. Undefined: not in the file. */
  readonly password?: string | undefined;
  /** Counted from 1. */
  readonly nameLine?: number | undefined;
  readonly passwordLine?: number | undefined;
  /** Why the Pi can't join it, whatever the other settings. */
  readonly obstacle?: Obstacle | undefined;
}

export type Obstacle = 'enterprise' | 'wep';

/** The settings found in a file, in any layout. */
export interface FoundSettings {
  /** Name of the layout. */
  readonly layout: Layout;
  /** In order of preference. */
  readonly networks: readonly FoundNetwork[];
  readonly country?: { readonly value: string; readonly line?: number } | undefined;
  /** Problems of the file itself, and settings that are ignored. */
  readonly notes: readonly Note[];
}

export type Layout =
  | 'lines'
  | 'wpa_supplicant.conf'
  | 'a NetworkManager profile'
  | 'netplan'
  | 'JSON'
  | 'a QR code';

/** Text that replaces a stored password. Cards of earlier versions have it, too. */
export const storedMark = '(stored; to change it, write the new one here)';

export const isStoredMark = (value: string): boolean => /^\(stored\b/i.test(value);
