import { nearestName } from '../../platform/nearest-name.ts';

/** What a key of a Wi-Fi's settings is about. */
export type Meaning = 'country' | 'name' | 'password' | 'user' | 'wep' | 'security' | 'detail';

/** What people and programs call them, without blanks and dashes. */
const meanings: Readonly<Record<Meaning, string>> = {
  country: 'country countrycode regdomain regulatorydomain regulatorycountry',
  name: 'name ssid essid network networkname networkssid ssidname netname wifi wlan',
  password:
    'password passphrase psk key pass passwd pwd pw passcode presharedkey securitykey networkkey ' +
    'networkpassword wpapsk wpakey wpapassphrase saepassword keymaterial',
  user:
    'user username userid uid login loginname account accountname email mail identity anonymousidentity ' +
    'eap eapmethod eaptype innerauth phase1 phase2 cacert clientcert privatekey ' +
    'benutzer benutzername användare användarnamn brukernavn utilisateur usuario gebruiker',
  wep: 'wepkey wepkey0 wepkey1 wepkey2 wepkey3',
  security:
    'keymgmt keymanagement security securitytype type auth authalg authentication encryption',
  detail:
    'hidden scanssid priority proto pairwise group idstr disabled bssid ieee80211w band channel mode ' +
    'ctrlinterface ctrlinterfacegroup updateconfig apscan interface dhcp dhcp4 autoconnect',
};

const meaningOf = new Map<string, Meaning>(
  Object.entries(meanings).flatMap(([meaning, keys]) =>
    keys.split(/\s+/).map((key) => [key, meaning as Meaning] as const),
  ),
);

/**
 * What a key means: `WIFI_SSID`, `Wi-Fi name`, `export PSK` and the like. Undefined for others.
 */
export function meaningOfKey(key: string): Meaning | undefined {
  const plain = compact(key);
  return meaningOf.get(plain) ?? meaningOf.get(plain.replace(/^(wi-?fi|wlan0?|wireless)/, ''));
}

/**
 * The same of keys with the number of a network, and that number: `name2`, `wifi2_password`. Keys
 * that end in a digit of their own have none.
 */
export function numberedMeaningOf(key: string): { meaning?: Meaning; number?: string } {
  const meaning = meaningOfKey(key);
  if (meaning) return { meaning };
  const [, before, inside, rest, behind] =
    /^((?:wi-?fi|wlan|network)?)(\d?)(\D+)(\d?)$/.exec(compact(key)) ?? [];
  const numbered = rest === undefined ? undefined : meaningOfKey(`${before}${rest}`);
  const number = inside || behind;
  return numbered && number ? { meaning: numbered, number } : {};
}

/** Whether it begins a group of settings where nothing stands behind it (YAML). */
export const beginsGroup = (key: string): boolean => /^(network|wifi|wlan)$/.test(compact(key));

/** The key that was probably meant. */
export function meantKey(key: string): 'name' | 'password' | 'country' | undefined {
  const plain = compact(key);
  const nearest = plain.length < 3 ? undefined : nearestName(plain, misspelt);
  const meaning = nearest === undefined ? undefined : meaningOf.get(nearest);
  return meaning === 'name' || meaning === 'password' || meaning === 'country'
    ? meaning
    : undefined;
}

const misspelt = ['name', 'ssid', 'network', 'networkname', 'password', 'passphrase', 'country'];

function compact(key: string): string {
  return key
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^\s*(export|setx?|declare|const|let|var)\s+/, '')
    .replace(/["'\s_.-]/g, '');
}

/** Whether a way to sign in asks for a user: IEEE 802.1X, whatever a program calls it. */
export const isEnterprise = (security: string): boolean =>
  /\beap\b|eap-|-eap|802[._-]?1x|8021x|enterprise/i.test(security);
