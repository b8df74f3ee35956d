import { describe, expect, it } from 'vitest';
import { mostViews, SavedViews } from '../../src/data/saved-views.svelte.ts';

describe('saved filters', () => {
  it('are kept for one officer on this device, and found again whatever the order of the address', () => {
    const mine = new SavedViews(7);
    mine.save('  Sampah lewat tenggat ', { lewat: '1', kategori: 'sampah', q: '' });
    const again = new SavedViews(7);
    expect(again.list).toEqual([{ name: 'Sampah lewat tenggat', query: { kategori: 'sampah', lewat: '1' } }]);
    expect(again.current({ kategori: 'sampah', lewat: '1' })?.name).toBe('Sampah lewat tenggat');
    expect(again.current({ kategori: 'sampah' })).toBeUndefined();
    expect(new SavedViews(8).list).toEqual([]);
  });

  it('take a name once, forget the oldest beyond what fits, and refuse no name', () => {
    const views = new SavedViews(9);
    views.save('   ', { lewat: '1' });
    expect(views.list).toEqual([]);
    views.save('a', { lewat: '1' });
    views.save('a', { q: 'parit' });
    expect(views.list).toEqual([{ name: 'a', query: { q: 'parit' } }]);
    for (let i = 0; i < mostViews; i++) views.save(`n${i}`, { jam: '24' });
    expect(views.list.map((v) => v.name)).not.toContain('a');
    views.remove('n0');
    expect(new SavedViews(9).list.length).toBe(mostViews - 1);
  });

  it('start afresh where the device holds something else', () => {
    localStorage.setItem('balaikota.views.10', '{"bukan": "daftar"');
    expect(new SavedViews(10).list).toEqual([]);
    localStorage.setItem('balaikota.views.10', '[3, {"name": "x"}]');
    expect(new SavedViews(10).list).toEqual([]);
  });
});
