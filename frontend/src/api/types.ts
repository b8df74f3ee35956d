import type { components } from './schema.gen.ts';

/* The names the dashboard uses for the schemas of /openapi.json. */
type Schemas = components['schemas'];

export type Session = Schemas['SessionInfo'];
export type Officer = Schemas['OfficerInfo'];
export type City = Schemas['CityInfo'];
export type Area = Schemas['AreaInfo'];
export type Indicator = Schemas['Indicator'];
export type IndicatorState = Schemas['IndicatorState'];
export type Threshold = Schemas['Threshold'];
export type Series = Schemas['Series'];
export type SeriesPoint = Schemas['SeriesPoint'];
export type Severity = IndicatorState['severity'];
export type Category = Schemas['Category'];
export type Office = Schemas['Office'];
export type Report = Schemas['ReportSummary'];
export type ReportDetail = Schemas['ReportDetail'];
export type ReportPage = Schemas['ReportPage'];
export type ReportStatus = Report['status'];
export type ReportCounts = Schemas['ReportCounts'];
export type ReportFigures = Schemas['ReportFigures'];
export type Alert = Schemas['Alert'];
export type SourceHealth = Schemas['SourceHealth'];
export type Freshness = SourceHealth['freshness'];
export type SourceDetail = Schemas['SourceDetail'];
export type Snapshot = Schemas['Snapshot'];
export type Delta = Schemas['Delta'];
export type Change = Schemas['Change'];
export type Topic = Change['topic'];
export type Subscribe = Schemas['Subscribe'];
