import { address, type Query } from './address.ts';

export { address, type Query };

function queryOf(search: string): Query {
  return Object.fromEntries(new URLSearchParams(search));
}

/** Addresses that the server answers with pages of its own. */
const served = /^\/(api|publik|lembar|assets|openapi)/;

/** Navigation over the History API. */
class Router {
  path = $state(location.pathname);
  query = $state.raw<Query>(queryOf(location.search));

  constructor() {
    addEventListener('popstate', this.#read);
    document.addEventListener('click', this.#click);
  }

  /** The path in parts: /laporan/12 is ["laporan", "12"]. */
  get parts(): string[] {
    return this.path.split('/').filter(Boolean);
  }

  go(to: string, options: { replace?: boolean } = {}): void {
    if (served.test(to)) {
      location.assign(to);
      return;
    }
    if (to === this.path + location.search) return;
    history[options.replace ? 'replaceState' : 'pushState'](null, '', to);
    this.#read();
  }

  /** Changes entries of the query, in place unless the way back should lead here; an empty value removes one. */
  amend(change: Query, options: { replace?: boolean } = { replace: true }): void {
    this.go(address(this.path, { ...this.query, ...change }), options);
  }

  #read = (): void => {
    this.path = location.pathname;
    this.query = queryOf(location.search);
  };

  #click = (e: MouseEvent): void => {
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    const link = (e.target as Element | null)?.closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target || link.origin !== location.origin) return;
    if (link.hasAttribute('download') || served.test(link.pathname)) return;
    // Links within the page, such as the skip link, are the browser's.
    if (link.hash && link.pathname === this.path) return;
    e.preventDefault();
    this.go(link.pathname + link.search);
  };
}

export const router = new Router();
