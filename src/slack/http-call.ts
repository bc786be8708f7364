import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestEncrypted } from 'node:https';
import type { FetchFunction } from '@slack/web-api';
import { proxyAnswered } from './proxy-agent.ts';
import { ProxyRefusal, ProxyTrouble } from './proxy-errors.ts';
import { directWay, type WayToSlack } from './way-to-slack.ts';

type Init = NonNullable<Parameters<FetchFunction>[1]>;
type Answer = Awaited<ReturnType<FetchFunction>>;

/** A page of a thousand channels has 2 MB; an unknown server may send without end. In bytes. */
const longestBody = 8_000_000;

/**
 * The part of `fetch` that Slack's library needs, on top of Node's HTTP client, which blocks the
 * event loop, and with it lights and subscribers, for less time. Resolves once the whole body has
 * arrived. Does not follow redirects.
 * @param signal ends the call at any time
 * @throws TypeError if the body isn't text: this product uploads no files
 * @throws ProxyRefusal, ProxyTrouble if the web proxy failed
 */
export async function httpCall(
  url: string | URL,
  { method = 'GET', headers = {}, body = '' }: Init,
  signal: AbortSignal,
  way: WayToSlack = directWay,
): Promise<Answer> {
  if (typeof body !== 'string') throw new TypeError('only text can be sent');
  const address = new URL(url);
  const request = address.protocol === 'https:' ? requestEncrypted : requestPlain;
  const { agent, secureContext } = way;
  const options = {
    method,
    headers,
    signal,
    ...(agent && { agent, callSignal: signal }),
    ...(secureContext && { secureContext }),
  };
  return await new Promise((resolve, reject) => {
    let isPastProxy = way.proxy === undefined;
    const call = request(address, options, (incoming) => {
      incoming.on('error', reject);
      const giveUp = (why: string) => {
        reject(new Error(why));
        call.destroy();
      };
      if (isRedirect(incoming)) {
        return giveUp('the connection was redirected (possibly to a network login page)');
      }
      const pieces: Buffer[] = [];
      let length = 0;
      incoming.on('data', (piece: Buffer) => {
        length += piece.length;
        if (length > longestBody) giveUp('the answer is too long to be from Slack');
        else pieces.push(piece);
      });
      incoming.on('end', () => resolve(answerOf(address, incoming, Buffer.concat(pieces))));
    });
    call.on(proxyAnswered, (answer: ProxyAnswer) => {
      isPastProxy = answer.statusCode === 200;
      if (!isPastProxy) reject(new ProxyRefusal(answer.statusCode, offersOf(answer)));
    });
    call.on('error', (error) => {
      reject(isPastProxy || call.reusedSocket ? error : new ProxyTrouble(error));
    });
    call.end(body);
  });
}

interface ProxyAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** The sign-in schemes that the proxy offers: the first word of each challenge. */
function offersOf({ headers }: ProxyAnswer): string[] {
  const challenges = [headers['proxy-authenticate'] ?? []].flat();
  return challenges.flatMap((challenge) => /^\s*([\w-]{1,20})/.exec(challenge)?.[1] ?? []);
}

const isRedirect = ({ statusCode = 0 }: IncomingMessage) => statusCode >= 300 && statusCode < 400;

function answerOf(url: URL, incoming: IncomingMessage, body: Buffer): Answer {
  const { statusCode: status = 0, statusMessage: statusText = '' } = incoming;
  const headers = new Map(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  const text = () => body.toString('utf8');
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText,
    url: url.href,
    headers: {
      get: (name) => headers.get(name.toLowerCase()) ?? null,
      entries: () => headers,
    },
    arrayBuffer: async () => new Uint8Array(body).buffer,
    json: async () => JSON.parse(text()),
    text: async () => text(),
  };
}
