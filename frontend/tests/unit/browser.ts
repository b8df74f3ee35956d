/* The little of a browser that the modules under test touch when they load. */
const kept = new Map<string, string>();
Object.assign(globalThis, {
  matchMedia: () => ({ matches: false, addEventListener: () => {} }),
  localStorage: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  },
  document: { documentElement: { dataset: {}, style: { setProperty: () => {} }, lang: 'id' }, hidden: false },
});
