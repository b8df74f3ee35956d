import { t, type Key } from '../ui/i18n.svelte.ts';

const names: Record<string, Key> = {
  arcgis: 'connector.arcgis',
  bmkg: 'connector.bmkg',
  cap: 'connector.cap',
  cctv: 'connector.cctv',
  ckan: 'connector.ckan',
  feed: 'connector.feed',
  files: 'connector.files',
  gtfsrt: 'connector.gtfsrt',
  httpjson: 'connector.httpjson',
  ical: 'connector.ical',
  imap: 'connector.imap',
  mqtt: 'connector.mqtt',
  ngsi: 'connector.ngsi',
  ogcfeatures: 'connector.ogcfeatures',
  open311: 'connector.open311',
  push: 'connector.push',
  sqlquery: 'connector.sqlquery',
  telegram: 'connector.telegram',
  whatsapp: 'connector.whatsapp',
};

/** How a source's data come, in words; a connector that is not known here keeps its own name. */
export function connectorName(connector: string): string {
  const key = names[connector];
  return key ? t(key) : connector;
}
