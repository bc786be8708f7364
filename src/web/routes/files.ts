import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Asset } from '../assets.ts';
import { acceptsGzip } from '../compress.ts';

/** A picture brings its own styles; it runs nothing and loads nothing. */
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'";

/** Serves the files of the page. */
export function fileRoutes(server: FastifyInstance, assets: readonly Asset[]): void {
  for (const asset of assets) {
    server.get(asset.path, async (request, reply) => sendAsset(asset, request, reply));
  }
}

/** Sends one file. Browsers keep it, and ask each time whether it still holds. */
export function sendAsset(
  asset: Asset,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  reply.headers({ etag: asset.etag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
  if (asset.contentType === 'image/svg+xml') {
    reply.header('content-security-policy', picturePolicy);
  }
  if (request.headers['if-none-match']?.includes(asset.etag)) return reply.code(304).send();
  reply.type(asset.contentType);
  if (!asset.gzipped || !acceptsGzip(request.headers['accept-encoding'])) {
    return reply.send(asset.body);
  }
  return reply.header('content-encoding', 'gzip').send(asset.gzipped);
}
