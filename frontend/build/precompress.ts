import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin, ResolvedConfig } from 'vite';

const text = new Set(['.js', '.mjs', '.css', '.html', '.svg', '.json', '.md', '.webmanifest']);
const smallest = 1024;

/**
 * Writes a .br and a .gz beside each built text file over 1 kB, so that the
 * server picks one by Accept-Encoding and compresses nothing itself.
 */
export function precompress(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    async closeBundle() {
      const dir = config.build.outDir;
      const names = await readdir(dir, { recursive: true });
      await Promise.all(names.filter((n) => text.has(extname(n))).map((n) => squeeze(join(dir, n))));
    },
  };
}

async function squeeze(path: string): Promise<void> {
  const body = await readFile(path);
  if (body.length < smallest) return;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  };
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(body, { params }),
    promisify(gzip)(body, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${path}.br`, br), writeFile(`${path}.gz`, gz)]);
}
