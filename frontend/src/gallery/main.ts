import { mount } from 'svelte';
import '../ui/fonts.css';
import '../ui/tokens.css';
import '../ui/base.css';
import { loadLanguage } from '../ui/i18n.svelte.ts';
import { preferences } from '../ui/preferences.svelte.ts';
import { fillStores } from './fixtures.ts';
import Gallery from './Gallery.svelte';

preferences.apply();
await loadLanguage();
fillStores();
const target = document.getElementById('app');
if (!target) throw new Error('gallery.html has no #app');
mount(Gallery, { target });
