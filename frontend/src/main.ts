import { mount } from 'svelte';
import './ui/fonts.css';
import './ui/tokens.css';
import './ui/base.css';
import App from './App.svelte';
import { loadLanguage } from './ui/i18n.svelte.ts';
import { preferences } from './ui/preferences.svelte.ts';
import { updates } from './worker/register.svelte.ts';

// After a new version is put in place an open page asks for files that are gone.
addEventListener('vite:preloadError', () => {
  const key = 'balaikota.reloaded';
  if (sessionStorage.getItem(key) === location.href) return;
  // While no server answers, a reload would lose the page that still stands.
  void fetch('/api/city', { cache: 'no-store' }).then(
    (answer) => {
      if (!answer.ok) return;
      sessionStorage.setItem(key, location.href);
      void updates.replace();
    },
    () => undefined,
  );
});

preferences.apply();
await loadLanguage();
const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
mount(App, { target });
updates.start();
