import { nearestName } from '../../platform/nearest-name.ts';

/** The meaning of a key in Wi-Fi settings. */
export type Meaning = 'country' | 'name' | 'password' | 'user' | 'wep' | 'security' | 'detail';

/** Names that people and programs use, without blanks and dashes. */
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
 * Returns the meaning of a key such as `WIFI_SSID`, `Wi-Fi name` or `export PSK`, if known.
 */
export function meaningOfKey(key: string): Meaning | undefined {
  const plain = compact(key);
  return meaningOf.get(plain) ?? meaningOf.get(plain.replace(/^(wi-?fi|wlan0?|wireless)/, ''));
}

/**
 * The same for keys with the number of a network, such as `name2` and `wifi2_password`, and that
 * number. Keys whose own name ends with a digit have none.
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

/** Whether the key without a value starts a group of settings (YAML). */
export const beginsGroup = (key: string): boolean => /^(network|wifi|wlan)$/.test(compact(key));

/** Returns the key that was probably meant. */
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

/** Whether a type of security requires a user name: IEEE 802.1X under any name. */
export const isEnterprise = (security: string): boolean =>
  /\beap\b|eap-|-eap|802[._-]?1x|8021x|enterprise/i.test(security);
