/**
 * A registry on this machine. It keeps what is published to it for one rehearsal, and passes what
 * it does not have on to the registry that npm is configured for.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runServer } from 'verdaccio';

function npmConfig(key) {
  const value = execFileSync('npm', ['config', 'get', key], { encoding: 'utf8' }).trim();
  return ['', 'null', 'undefined'].includes(value) ? undefined : value;
}

/**
 * Starts the registry.
 *
 * @param folder Keeps downloads between rehearsals.
 * @param scratch Takes settings and log of this rehearsal.
 * @param own Names of packages that only this registry may offer.
 * @returns `url`; `env`, which makes npm and pnpm use it instead of the user's settings; `close`.
 */
export async function startRegistry({ folder, scratch, own }) {
  const storage = join(folder, 'storage');
  for (const name of [...own, '.verdaccio-db.json']) {
    rmSync(join(storage, name), { recursive: true, force: true });
  }
  mkdirSync(storage, { recursive: true });
  const authorities = npmConfig('cafile');
  const everybody = { access: '$all', publish: '$all', unpublish: '$all' };
  const app = await runServer({
    storage,
    self_path: scratch,
    auth: { htpasswd: { file: join(scratch, 'htpasswd') } },
    uplinks: {
      upstream: {
        url: npmConfig('registry'),
        // The certificates themselves, not their file.
        ca: authorities && readFileSync(authorities, 'utf8'),
        https_proxy: npmConfig('https-proxy'),
        maxage: '60m',
        timeout: '60s',
      },
    },
    packages: {
      ...Object.fromEntries(own.map((name) => [name, everybody])),
      '**': { ...everybody, proxy: 'upstream' },
    },
    web: { enable: false },
    max_body_size: '100mb',
    log: { type: 'file', path: join(scratch, 'registry.log'), level: 'warn' },
  });
  const server = await new Promise((resolve, reject) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
    listening.on('error', reject);
  });
  const host = `127.0.0.1:${server.address().port}`;
  const npmrc = join(scratch, 'npmrc');
  // npm refuses to publish without a token; this registry asks for none.
  writeFileSync(npmrc, `registry=http://${host}/\n//${host}/:_authToken=rehearsal\n`);
  const env = npmEnvironment(npmrc, join(folder, 'npm'));
  return { url: `http://${host}/`, env, close: () => server.close() };
}

/** The environment without what `npm run` put there, and with settings of our own. */
function npmEnvironment(userconfig, cache) {
  const kept = Object.entries(process.env).filter(([key]) => !/^(npm|pnpm)_/i.test(key));
  return {
    ...Object.fromEntries(kept),
    npm_config_userconfig: userconfig,
    npm_config_cache: cache,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    npm_config_prefer_offline: 'true',
  };
}
