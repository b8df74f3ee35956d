/**
 * The HTTP interface in the shape openapi-typescript writes. `npm run types`
 * replaces this file from docs/openapi.json.
 */

interface Answer<T> {
  responses: {
    200: { headers: { [name: string]: unknown }; content: { 'application/json': T } };
    default: {
      headers: { [name: string]: unknown };
      content: { 'application/problem+json': components['schemas']['Problem'] };
    };
  };
}
interface Asked {
  query?: never;
  header?: never;
  path?: never;
  cookie?: never;
}
interface Get<T, P = Asked> extends Answer<T> {
  parameters: P;
  requestBody?: never;
}
interface Send<B, T, P = Asked> extends Answer<T> {
  parameters: P;
  requestBody: { content: { 'application/json': B } };
}
interface Path {
  parameters: Asked;
}
type S = components['schemas'];

export interface paths {
  '/api/session': Path & {
    get: Get<S['Session']>;
    post: Send<S['Credentials'], S['Session']>;
    delete: Get<never>;
  };
  '/api/session/password': Path & { post: Send<S['NewPassword'], S['Session']> };
  '/api/city': Path & { get: Get<S['City']> };
  '/api/areas': Path & { get: Get<S['Area'][]> };
  '/api/indicators': Path & { get: Get<S['Indicator'][]> };
  '/api/indicators/states': Path & { get: Get<S['IndicatorState'][]> };
  '/api/indicators/{slug}/series': Path & {
    get: Get<
      S['Series'],
      {
        path: { slug: string };
        query?: { area?: string; from?: string; to?: string; step?: 'raw' | 'hour' | 'day' };
        header?: never;
        cookie?: never;
      }
    >;
  };
  '/api/categories': Path & { get: Get<S['Category'][]> };
  '/api/offices': Path & { get: Get<S['Office'][]> };
  '/api/reports': Path & {
    get: Get<
      S['ReportPage'],
      {
        query?: {
          area?: string;
          category?: string;
          office?: string;
          channel?: string;
          status?: string;
          overdue?: boolean;
          from?: string;
          to?: string;
          q?: string;
          before?: string;
          limit?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      }
    >;
  };
  '/api/reports/{id}': Path & {
    get: Get<S['ReportDetail'], { path: { id: number }; query?: never; header?: never; cookie?: never }>;
  };
  '/api/reports/counts': Path & {
    get: Get<
      S['ReportCounts'],
      { query?: { by?: string; from?: string; to?: string }; header?: never; path?: never; cookie?: never }
    >;
  };
  '/api/reports/figures': Path & {
    get: Get<
      S['ReportFigures'],
      { query?: { from?: string; to?: string }; header?: never; path?: never; cookie?: never }
    >;
  };
  '/api/alerts': Path & { get: Get<S['Alert'][]> };
  '/api/sources': Path & { get: Get<S['SourceHealth'][]> };
  '/api/sources/{slug}': Path & {
    get: Get<S['SourceDetail'], { path: { slug: string }; query?: never; header?: never; cookie?: never }>;
  };
  '/api/sources/{slug}/{action}': Path & {
    post: Get<
      S['SourceHealth'],
      {
        path: { slug: string; action: 'run' | 'pause' | 'resume' };
        query?: never;
        header?: never;
        cookie?: never;
      }
    >;
  };
}

export interface components {
  schemas: {
    Problem: {
      title?: string;
      status?: number;
      detail?: string;
      code?: 'invalid' | 'unauthorized' | 'forbidden' | 'not_found' | 'conflict' | 'internal';
      key?: string;
      params?: { [name: string]: string };
      errors?: { location?: string; message?: string; value?: unknown }[];
    };
    Credentials: { username: string; password: string };
    NewPassword: { current: string; new: string };
    Session: { officer: S['Officer']; must_change_password: boolean; expires_at: string };
    Officer: {
      id: number;
      username: string;
      name: string;
      role: S['Role'];
      area_code?: string;
      area_name?: string;
      office?: string;
    };
    Role: 'wali_kota' | 'sekda' | 'operator' | 'auditor' | 'kepala_opd' | 'camat' | 'lurah' | 'publik' | 'sistem';
    City: {
      code: string;
      name: string;
      timezone: string;
      utc_offset_label: string;
      centre: number[];
      bbox: number[];
      simulated: boolean;
      version: string;
      server_time: string;
      attributions: string[];
    };
    Area: {
      code: string;
      name: string;
      level: 'provinsi' | 'kota' | 'kecamatan' | 'kelurahan';
      parent_code: string;
      label: number[];
      area_km2: number;
      population?: number;
      population_year?: number;
      approximate: boolean;
      outline_source: string;
    };
    Severity: 'info' | 'perhatian' | 'siaga' | 'awas';
    Threshold: {
      level: 'perhatian' | 'siaga' | 'awas';
      above: boolean;
      value: number;
      source: string;
      effective_on: string;
      area_code?: string;
    };
    Indicator: {
      slug: string;
      name: string;
      name_en: string;
      unit: string;
      direction: 'up' | 'down' | 'none';
      grain: 'city' | 'district' | 'village';
      aggregation: 'mean' | 'sum' | 'max' | 'last';
      fresh_for_seconds: number;
      min?: number;
      max?: number;
      decimals: number;
      rank: number;
      visible_to: S['Role'][];
      thresholds: S['Threshold'][];
      definition: string;
      origin: string;
    };
    IndicatorState: {
      indicator: string;
      area_code: string;
      time: string;
      value: number;
      previous?: number;
      severity: S['Severity'];
      source: string;
      received_at: string;
      simulated?: boolean;
    };
    SeriesPoint: { time: string; value: number | null };
    Series: {
      indicator: string;
      area_code: string;
      step: 'raw' | 'hour' | 'day';
      unit: string;
      source: string;
      points: S['SeriesPoint'][];
      forecast?: S['SeriesPoint'][];
    };
    Category: {
      slug: string;
      name: string;
      name_en: string;
      words: string[];
      office: string;
      working_days_to_close: number;
      origin: string;
    };
    Office: {
      id: number;
      short_name: string;
      name: string;
      kind: 'opd' | 'kecamatan' | 'kelurahan' | 'bumd';
      area_code?: string;
      aliases: string[];
    };
    ReportStatus: 'open' | 'in_progress' | 'closed' | 'rejected';
    ReportSummary: {
      id: number;
      source: string;
      external_id: string;
      channel: string;
      created_at: string;
      responded_at?: string;
      closed_at?: string;
      due_at?: string;
      text: string;
      lon?: number;
      lat?: number;
      area_code?: string;
      stated_area?: string;
      computed_area?: string;
      category?: string;
      office?: string;
      status: S['ReportStatus'];
      simulated?: boolean;
    };
    ReportDetail: S['ReportSummary'] & {
      full_text: string;
      address?: string;
      media_url?: string;
      flags: string[];
      source_name: string;
      received_at: string;
      changed_at: string;
    };
    ReportPage: { items: S['ReportSummary'][]; next?: string };
    ReportCounts: {
      from: string;
      to: string;
      rows: { area_code?: string; category?: string; count: number }[];
    };
    ReportFigures: {
      received: number;
      closed: number;
      open: number;
      overdue: number;
      median_close_hours: number | null;
    };
    Alert: {
      key: string;
      kind: 'threshold' | 'warning' | 'quake' | 'surge' | 'overdue' | 'source';
      severity: S['Severity'];
      headline: string;
      headline_en?: string;
      evidence: string;
      evidence_en?: string;
      advice?: string;
      advice_en?: string;
      office?: string;
      area_codes: string[];
      since: string;
      until?: string;
      source?: string;
      attribution?: string;
      geometry?: unknown;
      url?: string;
      simulated?: boolean;
    };
    SourceHealth: {
      slug: string;
      name: string;
      connector: string;
      freshness: 'langsung' | 'tertunda' | 'basi' | 'terputus' | 'dijeda' | 'belum';
      schedule: string;
      expect_seconds: number;
      last_attempt?: string;
      last_success?: string;
      last_data?: string;
      next_attempt?: string;
      failures: number;
      last_error?: string;
      rows_today: number;
      rows_total: number;
      refused: number;
      owner?: string;
      contact?: string;
      attribution?: string;
      simulated?: boolean;
    };
    SourceRun: {
      started: string;
      finished: string;
      ok: boolean;
      error?: string;
      added: number;
      changed: number;
      refused: number;
    };
    SourceRefusal: { id: number; kind: string; place: string; reason: string; at: string };
    SourceDetail: {
      health: S['SourceHealth'];
      runs: S['SourceRun'][];
      refused: S['SourceRefusal'][];
    };
    Topic: 'indicators' | 'reports' | 'incidents' | 'alerts' | 'dispositions' | 'sources';
    Subscribe: { subscribe: S['Topic'][]; since?: number };
    Snapshot: {
      type: 'snapshot';
      seq: number;
      at: string;
      indicators?: S['IndicatorState'][];
      reports?: S['ReportSummary'][];
      incidents?: unknown[];
      alerts?: S['Alert'][];
      dispositions?: unknown[];
      sources?: S['SourceHealth'][];
    };
    Change: { topic: S['Topic']; op: 'put' | 'remove'; key: string; data?: unknown };
    Delta: { type: 'delta'; from: number; seq: number; at: string; changes: S['Change'][] };
  };
}
