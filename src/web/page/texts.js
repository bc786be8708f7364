/**
 * Every text of the page. Another language is another file like this one. What stands between
 * backticks is shown as code; the pages name texts as `{{group.name}}`.
 */

/** @typedef {import('../../events/kinds.ts').EventKind} EventKind */

/** @type {(count: number, one: string, many: string) => string} */
const counted = (count, one, many) =>
  `${count.toLocaleString(language)} ${count === 1 ? one : many}`;

const language = 'en';

export const texts = {
  language,
  title: 'Blinky Light',
  skip: 'Skip to the content',
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
    connecting: 'Connecting …',
    live: 'Live',
    lost: 'Not connected, trying again …',
    refused: 'Sign in to watch',
    noWebSocket:
      'The appliance answers, but MQTT over WebSocket does not get through. If there is a reverse proxy in between, it has to pass on the headers Upgrade and Connection at the path that ends in /mqtt.',
  },

  lights: {
    label: 'The lights',
    /** @type {Record<import('../../../hardware/lamp.ts').Colour, string>} */
    colours: { green: 'Green', red: 'Red' },
    unused: 'not used',
    on: 'on',
    off: 'off',
    unknown: 'not known',
  },

  /** @type {Record<EventKind, string>} */
  kinds: {
    'connection-open': 'Opened',
    'connection-close': 'Closed',
    'session-start': 'Session started',
    'session-stop': 'Session stopped',
  },
  /** What a light shows, below it. @type {Record<EventKind, string>} */
  shows: {
    'connection-open': 'app opened',
    'connection-close': 'app closed',
    'session-start': 'session started',
    'session-stop': 'session stopped',
  },

  figures: {
    label: 'At a glance',
    activeUsers: 'active users',
    opened: 'opened in the last hour',
    closed: 'closed in the last hour',
  },

  events: {
    heading: 'Events',
    user: 'User',
    userHint: 'any',
    host: 'Server',
    kind: 'Kind',
    all: 'All',
    pause: 'Pause',
    resume: 'Go on',
    reset: 'Show all',
    list: 'Events, newest first',
    none: 'Nothing has happened yet. Events appear here as they arrive.',
    noneMatch: 'None of the last events matches.',
    setUpLink: 'Set up a Sense server',
    more: 'Show more',
    hiddenName: 'name hidden',
    app: 'App',
    browser: 'Browser',
    system: 'System',
    context: 'Context',
    message: 'Message',
    origin: 'Origin',
    layout: 'Layout',
    sender: 'Sent from',
    received: 'Received',
    timeUnknown: 'time not known',
    /** @type {(time: string) => string} */
    clockShowed: (time) => `not known; the clock of the appliance showed ${time}`,
    /** @type {(count: number) => string} */
    paused: (count) =>
      count === 0 ? 'Paused' : `Paused, ${counted(count, 'new event', 'new events')}`,
    /** @type {(count: number, newest: string) => string} */
    announce: (count, newest) =>
      count === 1 ? newest : `${counted(count, 'event', 'events')}, the newest: ${newest}`,
    /** @type {(kind: string, host: string) => string} */
    place: (kind, host) => `${kind} on ${host}`,
    /** @type {(kind: string, user: string, host: string) => string} */
    sentence: (kind, user, host) => `${kind}: ${user} on ${host}`,
  },

  users: {
    heading: 'Active users',
    none: 'Nobody has a session now.',
    hidden: 'Sign in to see who they are.',
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
    lastRejection: (time) => `The last one, ${time}:`,
    /** @type {(count: number) => string} */
    more: (count) => `and ${count.toLocaleString(language)} more`,
  },

  chart: {
    heading: 'Opened and closed',
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
    /** @type {(troubles: string) => string} */
    alarm: (troubles) => `${troubles}: what to do`,
    loading: 'Asking …',
    noAnswer: 'The appliance does not answer. Is it switched on, and on the same network?',
    allWell: 'Everything works',
    /** @type {(count: number) => string} */
    troubles: (count) => counted(count, 'part does not work', 'parts do not work'),
    states: { ok: 'Works', fault: 'Does not work', off: 'Switched off', starting: 'Starting' },
    /**
     * Labels of parts in the place of the appliance's own, by the part's name: for another language.
     * @type {Readonly<Record<string, string>>}
     */
    parts: {},
    remedy: 'What to do:',
    howToFix: 'How to fix this',
    /** @type {(time: string) => string} */
    since: (time) => `since ${time}`,
    /** @type {(flashes: number) => string} */
    flashing: (flashes) =>
      `The red light says so too: ${counted(flashes, 'slow flash', 'slow flashes')}, then a pause.`,
    codes: 'What slow red flashes mean',
    flashes: 'Flashes',
    meaning: 'Meaning',
    /** @type {(version: string) => string} */
    version: (version) => `Version ${version}`,
  },

  slackRetry: {
    button: 'Try now',
    trying: 'Trying…',
    noAnswer: 'The appliance does not answer.',
  },

  signIn: {
    open: 'Sign in',
    out: 'Sign out',
    heading: 'Sign in',
    hint: 'The name and password of a user of the broker. On the Raspberry Pi the first boot wrote them to the card; `blinky passwd NAME` makes more.',
    name: 'Name',
    password: 'Password',
    submit: 'Sign in',
    cancel: 'Cancel',
    plain: 'This connection is not encrypted: sign in only on a network you trust.',
    failed: 'The appliance does not answer.',
    /** @type {(name: string) => string} */
    signedInAs: (name) => `Signed in as ${name}`,
  },

  test: {
    heading: 'Try it without a server',
    hint: 'Sends a real datagram to this appliance. The light blinks, MQTT and Slack hear of it. It does not tell whether your Sense server reaches the appliance.',
    /** @type {Record<EventKind, string>} */
    kinds: {
      'connection-open': 'Open an app',
      'connection-close': 'Close an app',
      'session-start': 'Start a session',
      'session-stop': 'Stop a session',
    },
    noUsers:
      'There is no user yet, so only a browser on the appliance itself may do this. Make a user there with `blinky passwd NAME`, then sign in here.',
    signIn: 'Sign in to send test events.',
    sending: 'Sending …',
    waiting: 'Sent, waiting for it to come back …',
    arrived: 'It arrived.',
    lost: 'It was sent, but did not come back within 5 seconds. See below whether it was rejected, and whether `allowFrom` leaves out this machine.',
    noAnswer: 'The appliance does not answer.',
  },

  setup: {
    title: 'Set up a Sense server',
    lead: 'Three steps, about two minutes. Nothing is installed on the server: Qlik Sense itself sends its events here, one small file tells it where.',
    file: {
      heading: 'Get the file',
      address: 'Address that the server sends to',
      addressHint:
        'Take the one in the network of your Sense server. It must stay the same: give the appliance a fixed address in your router (a DHCP reservation).',
      reached: 'the one you use now',
      other: 'Another address or name',
      otherLabel: 'Another address or name',
      variant: 'Layout',
      variants: {
        butler: 'Butler',
        'butler-sos': 'Butler SOS',
      },
      variantHints: {
        butler: 'Right for most, and the same as Butler 6 sends.',
        'butler-sos': 'Take this one if the server already feeds Butler SOS.',
      },
      download: 'Download LocalLogConfig.xml',
      show: 'Show what is in it',
      none: 'The addresses of this machine are not known. Write the one that the server reaches.',
    },
    place: {
      heading: 'Put it on the server',
      copy: 'Copy the file to this folder, on every Sense server that runs the proxy service:',
      folder: 'C:\\ProgramData\\Qlik\\Sense\\Proxy\\',
      keepName: 'Its name must stay `LocalLogConfig.xml`.',
      merge:
        'Is there such a file already? Keep it, and copy the two `appender` elements and the two `appender-ref` lines into it.',
      restart:
        'Nothing needs to be restarted: the proxy reads the file within a minute or so. If it does not, restart the service `Qlik Sense Proxy Service`.',
      /** @type {(port: number) => string} */
      firewall: (port) =>
        `A firewall between them must let UDP port ${port} through to the appliance.`,
    },
    check: {
      heading: 'See it arrive',
      hint: 'Open an app in the hub of your Sense server, and watch.',
      waiting: 'Waiting for the first datagram from your server …',
      /** @type {(address: string) => string} */
      received: (address) => `Received from ${address}`,
      /** @type {(address: string) => string} */
      rejected: (address) => `Received something from ${address} that isn't a valid event`,
      helpHeading: 'Nothing arrives?',
      help: [
        'Is the address in the file the one of this appliance? See step 1.',
        'Is the file on the server that you signed in to, and does it end in `.xml` and not in `.xml.txt`?',
        'Does a firewall on the way, also the one of Windows, let UDP out and in?',
        'The System log of the proxy, in `C:\\ProgramData\\Qlik\\Sense\\Log\\Proxy\\Trace\\`, says so when Qlik does not like the file.',
      ],
      signIn: 'Sign in to see what arrives.',
    },
    wiring: {
      heading: 'Wire the lights',
      hint: 'Two LEDs, two resistors, a few wires. Switch the Pi off first.',
      picture:
        'Wiring: the green LED with its resistor between GPIO 17 (pin 11) and ground, the red LED with its resistor between GPIO 27 (pin 13) and ground.',
      full: 'Open the picture alone, for printing',
    },
    slack: {
      heading: 'Slack',
      off: 'Not used. To post every event to a channel, make a Slack app with the permission `chat:write`, put its token into a file, and set what follows. With the URL of an incoming webhook instead, set `webhookURL`; the channel is then that of the webhook.',
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
