import { t, type Key } from '../ui/i18n.svelte.ts';

const names: Record<string, Key> = {
  arcgis: 'connector.arcgis',
  bmkg: 'connector.bmkg',
  ckan: 'connector.ckan',
  files: 'connector.files',
  httpjson: 'connector.httpjson',
  ical: 'connector.ical',
  ogcfeatures: 'connector.ogcfeatures',
  push: 'connector.push',
  open311: 'connector.open311',
};

/** How a source's data come, in words; a connector that is not known here keeps its own name. */
export function connectorName(connector: string): string {
  const key = names[connector];
  return key ? t(key) : connector;
}
