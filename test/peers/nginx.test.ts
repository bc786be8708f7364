import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

/** What a guide for nginx has: WebSockets passed on, the host left as nginx sets it. */
const upgrades = `proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";`;

/** Debian's nginx with these locations, on a free port; it ends with the test. */
async function startNginx(context: TestContext, locations: string): Promise<number> {
  const folder = temporaryFolder(context);
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n  ');
  writeFileSync(
    file,
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  ${paths}
  server {
    listen 127.0.0.1:${port};
    ${locations}
  }
}
`,
  );
  const nginx = spawn('nginx', ['-p', folder, '-c', file], { stdio: 'ignore' });
  const ended = new Promise((resolve) => nginx.once('close', resolve));
  context.after(async () => {
    nginx.kill('SIGQUIT');
    await ended;
  });
  await waitFor('nginx', () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    ),
  );
  return port;
}

/** `open`, or the status and text of the refusal. */
function connect(address: string, origin: string) {
  return new Promise<string>((resolve) => {
    const socket = new WebSocket(address, 'mqtt', { headers: { origin } });
    socket.on('open', () => {
      resolve('open');
      socket.terminate();
    });
    socket.on('unexpected-response', (_request, response) => {
      let text = `${response.statusCode} `;
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve(text));
    });
    socket.on('error', () => {});
  });
}

test('behind nginx, at the root, below a path and without WebSockets', async (context) => {
  const testApp = await startTestApp(context, ['webConfig.hostNames=[light.example.com]']);
  const upstream = `http://127.0.0.1:${testApp.app.ports.web}`;
  const port = await startNginx(
    context,
    `location / { proxy_pass ${upstream}; ${upgrades} }
    location /blinky/ { proxy_pass ${upstream}/; ${upgrades} }
    location /named/ { proxy_pass ${upstream}/; ${upgrades} proxy_set_header Host $host:$server_port; }
    location /plain/ { proxy_pass ${upstream}/; }`,
  );
  const origin = 'https://light.example.com:8443';
  for (const path of ['/', '/blinky/', '/named/', '/plain/']) {
    for (const name of ['', 'setup', 'page/live.js', 'api/status', 'LocalLogConfig.xml']) {
      const response = await fetch(`http://127.0.0.1:${port}${path}${name}`);
      assert.equal(response.status, 200, `${path}${name}`);
    }
  }
  for (const path of ['/', '/blinky/', '/named/']) {
    const place = `ws://127.0.0.1:${port}${path}mqtt`;
    assert.equal(await connect(place, origin), 'open', path);
    assert.match(
      await connect(place, 'https://evil.example'),
      /^403 A web page of https:\/\/evil\.example .*allowedOrigins/,
    );
  }
  assert.match(
    await connect(`ws://127.0.0.1:${port}/plain/mqtt`, origin),
    /^426 .*Upgrade and Connection/,
  );
});
