/** What this device prefers. Kept in local storage; public/theme.js reads it before the first paint. */
export interface Preferences {
  theme: 'light' | 'dark' | 'system';
  language: 'id' | 'en';
  textSize: 100 | 112 | 125 | 150;
  motion: 'normal' | 'less';
  shortcuts: boolean;
}

const key = 'balaikota.prefs';
const defaults: Preferences = {
  theme: 'system',
  language: 'id',
  textSize: 100,
  motion: 'normal',
  shortcuts: true,
};

function read(): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Preferences>) };
  } catch {
    return { ...defaults };
  }
}

class PreferencesStore {
  current = $state<Preferences>(read());
  #systemDark = $state(false);

  constructor() {
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.#systemDark = query.matches;
    query.addEventListener('change', (e) => {
      this.#systemDark = e.matches;
      this.apply();
    });
  }

  /** The theme in force now. */
  get theme(): 'light' | 'dark' {
    if (this.#wall) return this.#wall;
    if (this.current.theme !== 'system') return this.current.theme;
    return this.#systemDark ? 'dark' : 'light';
  }

  #wall = $state<'light' | 'dark' | null>(null);

  /** The wall chooses its own theme by the hour; null gives the choice back. */
  forWall(theme: 'light' | 'dark' | null): void {
    this.#wall = theme;
    const root = document.documentElement;
    if (theme) root.dataset.wall = 'true';
    else delete root.dataset.wall;
    this.apply();
  }

  set<K extends keyof Preferences>(name: K, value: Preferences[K]): void {
    this.current[name] = value;
    try {
      localStorage.setItem(key, JSON.stringify(this.current));
    } catch {
      // A private window may refuse storage; the choice then lasts until reload.
    }
    this.apply();
  }

  toggleTheme(): void {
    this.set('theme', this.theme === 'dark' ? 'light' : 'dark');
  }

  apply(): void {
    const root = document.documentElement;
    root.dataset.theme = this.theme;
    root.lang = this.current.language;
    root.style.setProperty('--text-scale', String(this.current.textSize / 100));
    if (this.current.motion === 'less') root.dataset.motion = 'less';
    else delete root.dataset.motion;
  }
}

export const preferences = new PreferencesStore();
