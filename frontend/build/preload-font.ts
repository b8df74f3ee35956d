import type { HtmlTagDescriptor, Plugin } from 'vite';

/** Preloads the Latin text font, so that the first paint has it. */
export function preloadTextFont(): Plugin {
  return {
    name: 'preload-text-font',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }): HtmlTagDescriptor[] {
        const font = Object.keys(bundle ?? {}).find((n) => /inter-latin-wght.*\.woff2$/.test(n));
        if (!font) throw new Error('preload-text-font: the Latin file of Inter is not in the bundle');
        const attrs = { rel: 'preload', href: `/${font}`, as: 'font', type: 'font/woff2', crossorigin: true };
        return [{ tag: 'link', attrs, injectTo: 'head' }];
      },
    },
  };
}
