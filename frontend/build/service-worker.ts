import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin, type ResolvedConfig, type Rolldown } from 'vite';

type Bundle = Rolldown.OutputBundle;
type Chunk = Rolldown.OutputChunk & { viteMetadata?: { importedCss?: Set<string> } };

/**
 * Views that open without a network: an officer's tasks and the settings, with
 * the outbox and the texts that come later. Other views are kept when they are
 * first opened.
 */
const offlineViews =
  /src\/panels\/(tugas\/|(Pengaturan|MoreViews|Login)\.svelte)|src\/data\/phone\.svelte|virtual:texts\/late/;

/**
 * Emits /sw.js: src/worker/sw.ts with the list of files it keeps and a version
 * made of their contents, so that it changes exactly when they do.
 */
export function serviceWorker(source: string): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'service-worker',
    apply: 'build',
    enforce: 'post',
    configResolved(resolved) {
      config = resolved;
    },
    async generateBundle(_options, bundle) {
      const files = keptFiles(bundle);
      const hash = createHash('sha256');
      for (const name of Object.keys(bundle).sort()) {
        const file = bundle[name];
        if (file) hash.update(name).update(file.type === 'chunk' ? file.code : file.source);
      }
      // The list of licences is read by who opens it, and by nobody without a network.
      const lasting = readdirSync(config.publicDir).filter(
        (n) => !n.startsWith('.') && n !== 'licences.json',
      );
      for (const name of lasting.sort()) hash.update(name).update(readFileSync(join(config.publicDir, name)));
      const code = await compile(
        source,
        ['/', ...lasting.map((n) => `/${n}`), ...files],
        hash.digest('hex').slice(0, 12),
      );
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: code });
    },
  };
}

/** The entry and the views above with all they import, their styles, the fonts and icons. */
export function keptFiles(bundle: Bundle): string[] {
  const kept = new Set<string>();
  const walk = (name: string): void => {
    const chunk = bundle[name];
    if (kept.has(name) || chunk?.type !== 'chunk') return;
    kept.add(name);
    for (const css of (chunk as Chunk).viteMetadata?.importedCss ?? []) kept.add(css);
    for (const other of chunk.imports) walk(other);
  };
  for (const [name, file] of Object.entries(bundle)) {
    if (file.type === 'chunk') {
      const isEntry = file.isEntry && file.facadeModuleId?.endsWith('/index.html');
      if (isEntry || file.moduleIds.some((id) => offlineViews.test(id))) walk(name);
    } else if (/latin-wght[^/]*\.woff2$/.test(name) || /^[^/]+\.png$/.test(name)) {
      kept.add(name);
    }
  }
  return [...kept].sort().map((n) => `/${n}`);
}

async function compile(source: string, files: string[], version: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { __KEPT__: JSON.stringify(files), __VERSION__: JSON.stringify(version) },
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: { input: source, output: { format: 'iife', entryFileNames: 'sw.js' } },
    },
  });
  const out = (Array.isArray(built) ? built[0] : built) as Rolldown.RolldownOutput;
  return out.output[0].code;
}
