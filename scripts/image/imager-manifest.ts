/** What Raspberry Pi Imager has to know of an image, to write it and to check what it wrote. */
export interface ImageFacts {
  readonly version: string;
  /** Where Imager finds the compressed image: `https://…` or `file:///…`; nothing else works. */
  readonly url: string;
  /** Of the image as it is on the card; bytes, and SHA-256 in hexadecimal digits. */
  readonly imageBytes: number;
  readonly imageSha256: string;
  /** Of the compressed image. */
  readonly compressedBytes: number;
  readonly compressedSha256: string;
  /** YYYY-MM-DD. */
  readonly releaseDate: string;
}

/** The boards that the image boots, under the tags that Imager knows them by. */
const boards = [
  {
    name: 'Raspberry Pi 4',
    description: 'Models 4B and 400, Compute Module 4',
    tags: ['pi4-64bit'],
  },
  {
    name: 'Raspberry Pi 3',
    description: 'Models 3B, 3B+ and 3A+',
    tags: ['pi3-64bit'],
  },
  {
    name: 'Raspberry Pi Zero 2 W',
    description: 'The Zero with four cores',
    tags: ['pi3-64bit'],
  },
];

/**
 * The content of a `.rpi-imager-manifest`, which Raspberry Pi Imager opens on a double click
 * (raspberrypi/rpi-imager, doc/json-schema/os-list-schema.json). `init_format` is `none`: the image
 * has its own files on the card, and Imager must not write others beside them.
 */
export function imagerManifest(facts: ImageFacts): string {
  const manifest = {
    imager: {
      devices: boards.map((board) => ({
        ...board,
        icon: '',
        matching_type: 'exclusive',
        architecture: 'armv8',
      })),
    },
    os_list: [
      {
        name: `Blinky Light ${facts.version}`,
        description: 'Lights, MQTT and Slack for the user activity of Qlik Sense servers',
        // One of those that Imager brings along: it doesn't have to be downloaded to be shown.
        icon: '../icons/use_custom.png',
        url: facts.url,
        extract_size: facts.imageBytes,
        extract_sha256: facts.imageSha256,
        image_download_size: facts.compressedBytes,
        image_download_sha256: facts.compressedSha256,
        release_date: facts.releaseDate,
        devices: [...new Set(boards.flatMap(({ tags }) => tags))],
        init_format: 'none',
        architecture: 'armv8',
      },
    ],
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
