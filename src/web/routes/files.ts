import type { FastifyInstance } from 'fastify';
import type { Asset } from '../assets.ts';
import { acceptsGzip } from '../compress.ts';

/** A picture brings its own styles; it runs nothing and loads nothing. */
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'";

/** Serves the files of the page. Browsers keep them, and ask each time whether they still hold. */
export function fileRoutes(server: FastifyInstance, assets: readonly Asset[]): void {
  for (const asset of assets) {
    server.get(asset.path, async (request, reply) => {
      reply.headers({ etag: asset.etag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
      if (asset.contentType === 'image/svg+xml') {
        reply.header('content-security-policy', picturePolicy);
      }
      if (request.headers['if-none-match']?.includes(asset.etag)) {
        reply.code(304);
        return reply.send();
      }
      reply.type(asset.contentType);
      if (!acceptsGzip(request.headers['accept-encoding'])) return reply.send(asset.body);
      return reply.header('content-encoding', 'gzip').send(asset.gzipped);
    });
  }
}
