import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { putLast } from '../platform/bounded-map.ts';

const gzipAsync = promisify(gzip);

/** Less than this (bytes) fits into one packet anyway. */
const worthwhileBytes = 1200;

/** Answers that several get are compressed once: so many of the last are kept. */
const mostKept = 4;

/** Compresses longer answers; 500 events shrink to a tenth. Files come compressed already. */
export function compressAnswers(server: FastifyInstance): void {
  const kept = new Map<string, Promise<Buffer>>();
  const compress = (payload: string): Promise<Buffer> => {
    const known = kept.get(payload);
    if (known) return known;
    const compressed = gzipAsync(payload, { level: 6 });
    putLast(kept, payload, compressed, mostKept);
    return compressed;
  };
  server.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || payload.length < worthwhileBytes) return payload;
    reply.header('vary', 'accept-encoding');
    if (!acceptsGzip(request.headers['accept-encoding'])) return payload;
    reply.header('content-encoding', 'gzip').removeHeader('content-length');
    return compress(payload);
  });
}

/** Whether the header `Accept-Encoding` allows gzip (RFC 9110, section 12.5.3). */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .some((coding) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(coding));
}
