import type { Rolldown } from 'vite';

type Splitting = Exclude<NonNullable<Rolldown.OutputOptions['codeSplitting']>, boolean>;
type Context = Parameters<Rolldown.CodeSplittingNameFunction>[1];

/**
 * Puts what the first view always asks for into few files: left alone, each
 * module that two lazy views share becomes a file of its own, and a browser
 * asks for six at a time. Each chunk is named with the modules whose static
 * imports it holds; what an earlier one holds is not in a later one.
 */
export function firstView(chunks: Record<string, readonly string[]>): Splitting {
  let held: Map<string, string> | undefined;
  const name = (id: string, context: Context) => {
    held ??= hold(chunks, context);
    return held.get(id) ?? null;
  };
  return { includeDependenciesRecursively: false, groups: [{ name, debugName: 'first view' }] };
}

function hold(chunks: Record<string, readonly string[]>, context: Context): Map<string, string> {
  const held = new Map<string, string>();
  for (const [chunk, roots] of Object.entries(chunks)) {
    const walk = (id: string): void => {
      if (held.has(id)) return;
      const module = context.getModuleInfo(id);
      if (!module) return;
      held.set(id, chunk);
      module.importedIds.forEach(walk);
    };
    for (const root of roots) {
      if (!context.getModuleInfo(root)) throw new Error(`the first view has no module ${root}`);
      walk(root);
    }
  }
  return held;
}
