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
export type Incident = Schemas['Incident'];
export type IncidentDetail = Schemas['IncidentDetail'];
export type IncidentMember = Schemas['IncidentMember'];
export type IncidentStatus = Incident['status'];
export type IncidentEdit = Schemas['EditIncidentInputBody'];
export type SimilarCase = Schemas['SimilarCase'];
export type IncidentPage = Schemas['IncidentPage'];
export type Analysis = Schemas['ReportAnalysis'];
export type PlaceEstimate = Schemas['PlaceEstimate'];
export type Said = Schemas['Said'];
export type CorrectionField = Schemas['CorrectionInputBody']['field'];
export type Forecast = Schemas['Forecast'];
export type FloodPicture = Schemas['HazardPicture'];
export type MapReplay = Schemas['MapReplay'];
export type MapPoints = Schemas['MapPoints'];
export type PlaceFound = Schemas['PlaceFound'];
export type FloodRisk = Schemas['HazardRisk'];
export type Hotspots = Schemas['HotspotFeatures'];
export type Pattern = Schemas['Pattern'];
export type PatternList = Schemas['PatternList'];
export type PatternKind = Pattern['kind'];
export type AtRisk = Schemas['AtRisk'];
export type AtRiskList = Schemas['AtRiskList'];
export type Alert = Schemas['Alert'];
export type BriefingHead = Schemas['BriefingHead'];
export type SourceHealth = Schemas['SourceHealth'];
export type Freshness = SourceHealth['freshness'];
export type SourceDetail = Schemas['SourceDetail'];
export type Snapshot = Schemas['Snapshot'];
export type Delta = Schemas['Delta'];
export type Change = Schemas['Change'];
export type Topic = Change['topic'];
export type Subscribe = Schemas['Subscribe'];

/* Advice, instructions, their proof and effect. */
export type Recommendation = Schemas['Recommendation'];
export type RecommendationChange = Schemas['RecommendationChange'];
export type RecommendationDecision = Schemas['RecommendationDecision'];
export type RecommendationDetail = Schemas['RecommendationDetail'];
export type RecommendationPage = Schemas['RecommendationPage'];
export type RecommendationStatus = Recommendation['status'];
export type TopRecommendations = Schemas['TopRecommendations'];
export type Evidence = Schemas['Evidence'];
export type ExpectedEffect = Schemas['ExpectedEffect'];
export type Disposition = Schemas['Disposition'];
export type DispositionDetail = Schemas['DispositionDetail'];
export type DispositionOrder = Schemas['DispositionOrder'];
export type DispositionPage = Schemas['DispositionPage'];
export type DispositionStatus = Disposition['status'];
export type DispositionStep = Schemas['DispositionStep'];
export type Nature = Disposition['nature'];
export type Addressee = Schemas['Addressee'];
export type Attachment = Schemas['Attachment'];
export type StepKind = DispositionStep['kind'];
export type StepInput = Schemas['DispositionStepInput'];
/** Those that one asks for as a step: handing on is an order, escalating is Balaikota's. */
export type TakenStep = StepInput['kind'];
/** What an addressee does: a step, or handing on. */
export type TaskStepKind = TakenStep | 'pass_on';
export type Obstacle = NonNullable<StepInput['obstacle']>;
export type StepOutcome = Schemas['StepOutcome'];
export type PartUsed = Schemas['PartUsed'];
export type Proof = Schemas['Proof'];
export type ReporterWord = Schemas['ReporterWord'];
export type ProofVerdict = Proof['verdict'];
export type ProofToken = Schemas['ProofToken'];
export type ReviewItem = Schemas['ProofReviewItem'];
export type EffectPoint = Schemas['EffectPoint'];
export type EffectSeries = Schemas['EffectSeries'];
export type ActionKind = Schemas['ActionKind'];
export type ActionRule = Schemas['ActionRule'];
export type ActionRuleVersion = Schemas['ActionRuleVersion'];

/* The phone: tasks, notices, stand-ins. */
export type Task = Schemas['Task'];
export type TaskList = Schemas['TaskList'];
export type Notice = Schemas['Notice'];
export type NoticeList = Schemas['NoticeList'];
export type NoticePreferences = Schemas['NoticePreferences'];
export type NoticeChoice = Schemas['NoticePreferencesInput'];
export type StandInList = Schemas['StandInList'];
export type StandInOrder = Schemas['StandInOrder'];
export type StandInPerson = Schemas['StandInPerson'];

/* What became of it: meetings, offices, the city index. */
export type Meeting = Schemas['Meeting'];
export type MeetingDisposition = Schemas['MeetingDisposition'];
export type MeetingPoint = Schemas['MeetingPoint'];
export type PointInput = Schemas['MeetingPointInput'];
export type PointKind = MeetingPoint['kind'];
export type PointStatus = MeetingPoint['status'];
export type CityIndex = Schemas['CityIndex'];
export type OfficePage = Schemas['OfficePage'];
export type LedgerLine = Schemas['LedgerLine'];
