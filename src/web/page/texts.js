/**
 * Every text of the page. For another language, replace this file. Text between backticks is shown
 * as code; the pages refer to texts as `{{group.name}}`.
 */

/** @typedef {import('../../events/kinds.ts').EventKind} EventKind */

/** @type {(count: number, one: string, many: string) => string} */
const counted = (count, one, many) =>
  `${count.toLocaleString(language)} ${count === 1 ? one : many}`;

const language = 'en';

export const texts = {
  language,
  title: 'Blinky Light',
  skip: 'Skip to content',
  noScript: 'This page needs JavaScript to show the lights. The same data is at `/api/status`.',

  navigation: {
    label: 'Pages',
    live: 'Live',
    setup: 'Set up',
    help: 'Help',
    metrics: 'Metrics',
    dashboard: 'Grafana dashboard',
    alerts: 'Prometheus alerts',
  },

  connection: {
    connecting: 'Connecting…',
    live: 'Live',
    lost: 'Not connected. Trying again…',
    refused: 'Sign in to see events',
    noWebSocket:
      'Blinky responds, but this page can’t open its MQTT connection (WebSocket). Using a reverse proxy? Set it to forward the Upgrade and Connection headers for the path that ends in /mqtt.',
  },

  lights: {
    label: 'Lights',
    /** @type {Record<import('../../../hardware/lamp.ts').Colour, string>} */
    colours: { green: 'Green', red: 'Red' },
    unused: 'not used',
    on: 'on',
    off: 'off',
    unknown: 'unknown',
  },

  /** @type {Record<EventKind, string>} */
  kinds: {
    'connection-open': 'Opened',
    'connection-close': 'Closed',
    'session-start': 'Session started',
    'session-stop': 'Session stopped',
  },
  /** The label below a light. @type {Record<EventKind, string>} */
  shows: {
    'connection-open': 'app opened',
    'connection-close': 'app closed',
    'session-start': 'session started',
    'session-stop': 'session stopped',
  },

  statistics: {
    label: 'At a glance',
    activeUsers: 'active users',
    opened: 'apps opened, last hour',
    closed: 'apps closed, last hour',
  },

  events: {
    heading: 'Events',
    user: 'User',
    userHint: 'any',
    host: 'Server',
    kind: 'Kind',
    all: 'All',
    pause: 'Pause',
    resume: 'Resume',
    reset: 'Clear filters',
    list: 'Events, newest first',
    none: 'No events yet. New events appear here as they arrive.',
    noneMatch: 'No recent events match.',
    setUpLink: 'Set up a Sense server',
    more: 'Show more',
    hiddenName: 'name hidden',
    app: 'App',
    browser: 'Browser',
    system: 'Operating system',
    context: 'Context',
    message: 'Message',
    origin: 'Origin',
    layout: 'Format',
    sender: 'Sent from',
    received: 'Received',
    timeUnknown: 'time unknown',
    /** @type {(time: string) => string} */
    clockShowed: (time) => `unknown; Blinky’s clock, not set yet, showed ${time}`,
    /** @type {(count: number) => string} */
    paused: (count) =>
      count === 0 ? 'Paused' : `Paused, ${counted(count, 'new event', 'new events')}`,
    /** @type {(count: number, newest: string) => string} */
    announce: (count, newest) =>
      count === 1 ? newest : `${counted(count, 'event', 'events')}, most recent: ${newest}`,
    /** @type {(kind: string, host: string) => string} */
    place: (kind, host) => `${kind} on ${host}`,
    /** @type {(kind: string, user: string, host: string) => string} */
    sentence: (kind, user, host) => `${kind}: ${user} on ${host}`,
  },

  users: {
    heading: 'Active users',
    none: 'No active users.',
    hidden: 'Sign in to see their names.',
    /** @type {(count: number) => string} */
    more: (count) => `and ${count.toLocaleString(language)} more`,
    /** @type {(count: number) => string} */
    anonymous: (count) => counted(count, 'anonymous user', 'anonymous users'),
  },

  senders: {
    heading: 'Senders',
    thisMachine: 'this machine',
    /** @type {(count: number) => string} */
    events: (count) => (count === 0 ? 'no events' : counted(count, 'event', 'events')),
    /** @type {(host: string, command: string, time: string) => string} */
    last: (host, command, time) => `${host}: ${command}, ${time}`,
    /** @type {(count: number, reasons: string) => string} */
    rejected: (count, reasons) =>
      `${counted(count, 'datagram', 'datagrams')} rejected: ${reasons}.`,
    /** @type {(reason: string, count: number) => string} */
    reason: (reason, count) => `${reason} ${count.toLocaleString(language)}`,
    /** @type {(time: string) => string} */
    lastRejection: (time) => `Most recent, ${time}:`,
    /** @type {(count: number) => string} */
    more: (count) => `and ${count.toLocaleString(language)} more`,
  },

  chart: {
    heading: 'Apps opened and closed',
    range: 'Time shown',
    hour: 'Last hour',
    day: 'Last day',
    now: 'now',
    /** @type {(range: string, opened: number, closed: number) => string} */
    summary: (range, opened, closed) =>
      `${range}: ${opened.toLocaleString(language)} opened, ${closed.toLocaleString(language)} closed`,
    /** @type {(from: string, to: string, opened: number, closed: number) => string} */
    bar: (from, to, opened, closed) =>
      `${from} to ${to}: ${opened.toLocaleString(language)} opened, ${closed.toLocaleString(language)} closed`,
  },

  health: {
    heading: 'Health',
    /** @type {(count: number) => string} */
    alarm: (count) =>
      count === 1 ? '1 problem: see how to fix it' : `${count} problems: see how to fix them`,
    loading: 'Checking…',
    noAnswer: 'Blinky isn’t responding. Check that it is switched on and on the same network.',
    allWell: 'All checks passed',
    /** @type {(count: number) => string} */
    troubles: (count) => counted(count, 'problem found', 'problems found'),
    states: { ok: 'Working', fault: 'Not working', off: 'Off', starting: 'Starting' },
    /**
     * Labels that replace the program's own, by the part's name: for another language.
     * @type {Readonly<Record<string, string>>}
     */
    parts: {},
    remedy: 'How to fix it:',
    howToFix: 'How to fix this',
    /** @type {(time: string) => string} */
    since: (time) => `since ${time}`,
    /** @type {(flashes: number) => string} */
    flashing: (flashes) =>
      `The red light is flashing this code: ${counted(flashes, 'slow flash', 'slow flashes')}, then a pause.`,
    codes: 'What the red flashes mean',
    flashes: 'Flashes',
    meaning: 'Meaning',
    /** @type {(version: string) => string} */
    version: (version) => `Version ${version}`,
  },

  slackRetry: {
    button: 'Try again now',
    trying: 'Trying…',
    noAnswer: 'Blinky isn’t responding.',
  },

  signIn: {
    open: 'Sign in',
    out: 'Sign out',
    heading: 'Sign in',
    hint: 'Sign in with a Blinky user. The Raspberry Pi image created one at its first start and saved the password on the card, in the file `password.txt`. To add a user, run `blinky passwd NAME`.',
    name: 'Name',
    password: 'Password',
    submit: 'Sign in',
    cancel: 'Cancel',
    plain: 'This connection is not encrypted. Sign in only on a network you trust.',
    failed: 'Blinky isn’t responding.',
    /** @type {(name: string) => string} */
    signedInAs: (name) => `Signed in as ${name}`,
  },

  test: {
    heading: 'Try it without a Sense server',
    hint: 'Sends a test event to Blinky, as a Sense server does: the light blinks, and the event goes to MQTT and Slack. It does not test the connection from your Sense server.',
    /** @type {Record<EventKind, string>} */
    kinds: {
      'connection-open': 'Open an app',
      'connection-close': 'Close an app',
      'session-start': 'Start a session',
      'session-stop': 'Stop a session',
    },
    noUsers:
      'No users yet, so test events can only be sent from the machine that runs Blinky. To send them from here, run `blinky passwd NAME` there to create a user, then sign in.',
    signIn: 'Sign in to send test events.',
    sending: 'Sending…',
    waiting: 'Sent. Waiting for Blinky to receive it…',
    arrived: 'Test event received.',
    lost: 'Sent, but not received within 5 seconds. Check the list of senders for a rejection, and that `allowFrom` includes this machine.',
    noAnswer: 'Blinky isn’t responding.',
  },

  setup: {
    title: 'Set up a Sense server',
    lead: 'Three steps, about two minutes. You install nothing on the server: one small file configures where Qlik Sense sends its events.',
    file: {
      heading: 'Download the file',
      address: 'Address of Blinky',
      addressHint:
        'Choose the address your Sense server can reach. It must not change: give Blinky a fixed address in your router (a DHCP reservation).',
      reached: 'used by this browser',
      other: 'Another address',
      otherLabel: 'Another address or host name',
      variant: 'Event format',
      variants: {
        butler: 'Butler',
        'butler-sos': 'Butler SOS',
      },
      variantHints: {
        butler: 'Right for most servers; the format of Butler 6.',
        'butler-sos': 'Choose this if the server already sends events to Butler SOS.',
      },
      download: 'Download LocalLogConfig.xml',
      show: 'Show the file',
      none: 'Could not find this machine’s addresses. Enter the one your Sense server can reach.',
    },
    place: {
      heading: 'Copy it to the server',
      copy: 'Copy the file to this folder on every Sense server that runs the proxy service:',
      folder: 'C:\\ProgramData\\Qlik\\Sense\\Proxy\\',
      keepName: 'Keep the name `LocalLogConfig.xml`.',
      merge:
        'Already have this file? Keep it and add the two `appender` elements and the two `appender-ref` lines to it.',
      restart:
        'No restart is needed: the proxy service usually reads the file within a minute. If it doesn’t, restart the `Qlik Sense Proxy Service`.',
      /** @type {(port: number) => string} */
      firewall: (port) =>
        `If there is a firewall between the server and Blinky, allow UDP port ${port}.`,
    },
    check: {
      heading: 'Check that events arrive',
      hint: 'Open an app in the hub of your Sense server. The light blinks, and the server appears here.',
      waiting: 'Waiting for the first event from your server…',
      /** @type {(address: string) => string} */
      received: (address) => `Received from ${address}`,
      /** @type {(address: string) => string} */
      rejected: (address) => `Received something from ${address} that isn't a valid event`,
      helpHeading: 'No events?',
      help: [
        'Does the file contain the address of this machine? See step 1.',
        'Is the file on the server whose hub you opened, and does its name end in `.xml`, not `.xml.txt`?',
        'Does every firewall on the way, including Windows Firewall on the server, allow UDP to this machine?',
        'Does the proxy’s System log, in `C:\\ProgramData\\Qlik\\Sense\\Log\\Proxy\\Trace\\`, report an error in the file?',
      ],
      signIn: 'Sign in to see which servers send events.',
    },
    wiring: {
      heading: 'Wire the lights',
      hint: 'Two LEDs, two resistors and a few wires. Switch off the Pi first.',
      picture:
        'Wiring: the green LED with its resistor between GPIO 17 (pin 11) and ground, the red LED with its resistor between GPIO 27 (pin 13) and ground.',
      full: 'Open the diagram to print it',
    },
    slack: {
      heading: 'Slack',
      off: 'Off. To post every event to a channel, create a Slack app with the permission `chat:write`, save its token in a file, and add the settings below. Or set `webhookURL` to the URL of an incoming webhook; events then go to the channel of that webhook.',
      example:
        'Butler:\n  slackConfig:\n    enable: true\n    loginNotificationChannel: sense-user-activity\n    tokenFile: /etc/blinky/slack-token',
    },
  },

  help: {
    title: 'Blinky Light manual',
    contents: 'Contents',
    turn: 'Previous and next page',
    previous: 'Previous',
    next: 'Next',
    search: 'Search the manual',
    results: 'Search results',
    noAnswer: 'The search is not available: the appliance does not answer.',
    /** @type {(count: number, query: string) => string} */
    found: (count, query) =>
      count === 0
        ? `No results for “${query}”. Try fewer or shorter words.`
        : `${counted(count, 'result', 'results')} for “${query}”`,
  },
};
