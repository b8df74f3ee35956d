import type { Plugin } from 'vite';

/* The package's icons are drawn at run time, attribute by attribute, for props that we never give. */

type Shape = [tag: string, attributes: Record<string, string>];

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** The source of an icon of @lucide/svelte as a component without props: one drawing that the browser copies. */
export function plainIcon(source: string): string {
  const data = /const iconData = (\{.*\});\n/.exec(source)?.[1];
  if (!data) throw new Error('this icon of @lucide/svelte has another form than build/plain-icons.ts knows');
  const { node, size } = JSON.parse(data) as { node: Shape[]; size: number };
  const shapes = node.map(([tag, attributes]) => {
    const pairs = Object.entries(attributes).map(([name, value]) => `${name}="${escaped(String(value))}"`);
    return `<${tag} ${pairs.join(' ')} />`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 ${size} ${size}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${shapes.join('')}</svg>\n`;
}

/** Puts plain drawings in the place of the package's icons. Stands before the Svelte plugin. */
export function plainIcons(): Plugin {
  return {
    name: 'plain-icons',
    enforce: 'pre',
    transform: {
      filter: { id: /\/@lucide\/svelte\/dist\/icons\/[\w-]+\.svelte$/ },
      handler: (code) => ({ code: plainIcon(code), map: null }),
    },
  };
}
