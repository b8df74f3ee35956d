package web

import (
	"context"
	"net/http"
	"reflect"

	"balaikota/backend/city"
	"balaikota/backend/live"

	"github.com/danielgtaylor/huma/v2"
)

// routes is the whole surface, one line each.
func (s *server) routes() {
	s.schemas()

	// Signing in and out.
	add(s, anyone, http.MethodPost, "/api/session", "Sign in", s.postSession)
	add(s, anyone, http.MethodGet, "/api/session", "Who is signed in", s.getSession)
	add(s, signedIn, http.MethodDelete, "/api/session", "Sign out", s.deleteSession)
	add(s, signedIn, http.MethodPost, "/api/session/password", "Change the own password", s.postPassword)
	add(s, officers, http.MethodPost, "/api/session/acting", "Act for an absent officer, as arranged (Plh.)", s.postActing)
	add(s, officers, http.MethodDelete, "/api/session/acting", "Act for oneself again", s.deleteActing)
	add(s, officers, http.MethodGet, "/api/stand-ins", "Who acts for whom, as far as it concerns the officer", s.getStandIns)
	add(s, officers, http.MethodGet, "/api/stand-ins/people", "Officers who may act for others", s.getStandInPeople)
	add(s, deciders, http.MethodPost, "/api/stand-ins", "Say who acts for an absent officer", s.postStandIn)
	add(s, deciders, http.MethodDelete, "/api/stand-ins/{id}", "End a stand-in before its time", s.deleteStandIn)

	// Screens on the wall: pairing by a code, and what a phone tells them.
	add(s, anyone, http.MethodPost, "/api/walls/pairing", "Show a code on this screen, by which an officer pairs it; the secret it is bound to is set as a cookie", s.postWallPairing)
	add(s, anyone, http.MethodGet, "/api/walls/pairing", "Whether this screen's code still waits, or the screen is paired", s.getWallPairing)
	add(s, watchers, http.MethodPost, "/api/walls", "Pair the screen that shows a code, under a name", s.postWall)
	add(s, watchers, http.MethodGet, "/api/walls", "Paired screens by name", s.getWalls)
	add(s, steered, http.MethodGet, "/api/walls/states", "How paired screens are told to show", s.getWallStates)
	add(s, watchers, http.MethodPost, "/api/walls/{id}", "Pause a screen, let it go on, turn to its next scene, switch its sound", s.steerWall)
	add(s, watchers, http.MethodDelete, "/api/walls/{id}", "Revoke a screen: it is signed out at once", s.deleteWall)

	// Accounts, as the command line keeps them (balaikota user).
	add(s, operators, http.MethodGet, "/api/accounts", "All accounts, open ones first, by name", s.getAccounts)
	add(s, operators, http.MethodPost, "/api/accounts", "Make an account; its first password is in this answer and nowhere else", s.postAccount)
	add(s, operators, http.MethodPut, "/api/accounts/{id}", "Give another's account another role, area or office", s.putAccount)
	add(s, operators, http.MethodPost, "/api/accounts/{id}/close", "Close another's account and end its sessions", s.closeAccount)
	add(s, operators, http.MethodPost, "/api/accounts/{id}/open", "Open a closed account again", s.openAccount)
	add(s, operators, http.MethodPost, "/api/accounts/{id}/reset", "Give another's account a new first password, said once, and end its sessions", s.resetAccount)
	add(s, operators, http.MethodDelete, "/api/accounts/{id}/sessions", "Sign an officer out everywhere but here", s.endAccountSessions)

	// What the city is.
	add(s, shown, http.MethodGet, "/api/city", "The city and this server", s.getCity)
	add(s, shown, http.MethodGet, "/api/areas", "Areas without outlines", s.getAreas)
	add(s, shown, http.MethodGet, "/api/offices", "Offices", s.getOffices)
	add(s, officers, http.MethodGet, "/api/office-contacts", "How offices are reached", s.getOfficeContacts)
	add(s, rulers, http.MethodPut, "/api/office-contacts/{id}", "Write down how an office is reached; nothing at all ends what stood", s.putOfficeContact)
	add(s, shown, http.MethodGet, "/api/categories", "Categories of report", s.getCategories)

	// Figures.
	add(s, shown, http.MethodGet, "/api/indicators", "Declarations of the indicators", s.getIndicators)
	add(s, operators, http.MethodPost, "/api/indicators", "Declare an indicator, with its thresholds and its target", s.postIndicator)
	add(s, operators, http.MethodPut, "/api/indicators/{slug}", "Change what was declared of an indicator; its unit and level of areas stay once it has values", s.putIndicator)
	add(s, shown, http.MethodGet, "/api/indicators/states", "Newest values", s.getStates)
	add(s, shown, http.MethodGet, "/api/indicators/{slug}/series", "Values over time", s.getSeries)
	add(s, officers, http.MethodGet, "/api/indicators/{slug}/thresholds", "Every set of thresholds that an indicator has had, newest first", s.getThresholds)
	add(s, rulers, http.MethodPut, "/api/indicators/{slug}/thresholds", "Change an indicator's thresholds, with the reason; values are judged by them at once", s.putThresholds)
	add(s, officers, http.MethodGet, "/api/forecasts", "What the next 14 days will bring: reports and indicators, with 80 % bands", s.getForecasts)
	add(s, pushers, http.MethodPost, "/api/observations", "Push observations", s.postObservations)

	// Reports.
	add(s, shown, http.MethodGet, "/api/reports", "Reports, newest first", s.getReports)
	add(s, shown, http.MethodGet, "/api/reports/counts", "Reports by area and category", s.getCounts)
	add(s, shown, http.MethodGet, "/api/reports/figures", "Head numbers of a period", s.getFigures)
	add(s, officers, http.MethodGet, "/api/reports/{id}", "One report", s.getReport)
	add(s, officers, http.MethodPost, "/api/reports/{id}/reporter", "Who reported, with a reason that is recorded", s.postReporter)
	add(s, pushers, http.MethodPost, "/api/reports", "Push reports", s.postReports)

	// Answers to reporters: drafts from templates, what was written, short questions.
	add(s, operators, http.MethodPost, "/api/reports/alike", "Reports of the last 7 days that speak of the same as a text that is being taken down", s.postAlike)
	add(s, operators, http.MethodPost, "/api/reports/desk", "Take a report down at the counter or on the telephone; the same client_id is taken down once", s.postDeskReport)
	add(s, officers, http.MethodGet, "/api/answer-templates", "Texts from which answers are drafted, those that are offered first", s.getAnswerTemplates)
	add(s, templateKeepers, http.MethodPost, "/api/answer-templates", "Add a template of answers, with the reason", s.postAnswerTemplate)
	add(s, templateKeepers, http.MethodPut, "/api/answer-templates/{id}", "Change a template of answers, with the reason; the state before stays", s.putAnswerTemplate)
	add(s, officers, http.MethodGet, "/api/answer-templates/{id}/versions", "Every state a template has had, newest first", s.getAnswerTemplateVersions)
	add(s, officers, http.MethodGet, "/api/reports/{id}/answering", "Drafts of an answer to the reporter, the way there, and what was written", s.getAnswering)
	add(s, clockKeepers, http.MethodPost, "/api/reports/{id}/replies", "Answer the reporter; the same client_id sends once", s.postReply)
	add(s, clockKeepers, http.MethodPost, "/api/reports/{id}/questions", "Ask the reporter for what is missing, once; the clock waits for the answer", s.postReporterQuestion)

	// Incidents: which reports are one matter.
	add(s, officers, http.MethodGet, "/api/incidents", "Incidents, most pressing first", s.getIncidents)
	add(s, officers, http.MethodGet, "/api/incidents/{id}", "One incident with its reports and its like", s.getIncident)
	add(s, deciders, http.MethodPost, "/api/incidents/{id}", "Name, watch, dismiss or close an incident", s.editIncident)
	add(s, deciders, http.MethodPost, "/api/incidents/{id}/merge", "Say that incidents are one matter", s.mergeIncident)
	add(s, deciders, http.MethodPost, "/api/incidents/{id}/split", "Say that some of its reports are another matter", s.splitIncident)
	add(s, deciders, http.MethodPost, "/api/reports/{id}/correction", "Put a report's category, office, area or urgency right", s.correctReport)
	add(s, deciders, http.MethodPut, "/api/reports/{id}/voice-notes/{note}", "Put right what a machine heard in a recording of a report", s.correctTranscript)

	// Proof of repair: pictures from the place, their checks, a second person, the reporters' word.
	add(s, deciders, http.MethodPost, "/api/dispositions/{id}/proof-tokens", "One-time codes for pictures, also for use without a network", s.postProofTokens)
	add(s, officers, http.MethodGet, "/api/dispositions/{id}/proofs", "Pictures of a disposition with their checks, oldest first", s.getProofs)
	add(s, officers, http.MethodGet, "/api/dispositions/{id}/reporters", "What the reporters were asked and answered", s.getReporterWords)
	add(s, reviewers, http.MethodGet, "/api/proofs/review", "Pictures that wait for a second person of another office", s.getProofReviews)
	add(s, officers, http.MethodGet, "/api/proofs/{id}", "One picture with its checks", s.getProof)
	add(s, reviewers, http.MethodPost, "/api/proofs/{id}/review", "A second person's word on a picture", s.postProofReview)

	// Dispositions: instructions, their steps, and an officer's day.
	add(s, shown, http.MethodGet, "/api/dispositions", "Dispositions, newest first", s.getDispositions)
	add(s, senders, http.MethodPost, "/api/dispositions", "Send an instruction, or hand on a part of one; the same client_id sends once", s.postDisposition)
	add(s, officers, http.MethodGet, "/api/dispositions/addressees", "To whom the officer may send dispositions", s.getAddressees)
	add(s, officers, http.MethodGet, "/api/dispositions/{id}", "One disposition with its history, its chain and what may be done", s.getDisposition)
	add(s, doers, http.MethodPost, "/api/dispositions/{id}/steps", "Take a step; the same client_id takes it once", s.postStep)
	add(s, officers, http.MethodGet, "/api/tasks", "Today's list of the officer's post, in order, with why", s.getTasks)
	add(s, doers, http.MethodPost, "/api/tasks/steps", "Take the steps of a phone's outbox, each once, refused ones in words", s.postTaskSteps)

	// Deadlines.
	add(s, shown, http.MethodGet, "/api/holidays", "Days off, to count working days by", s.getHolidays)
	add(s, officers, http.MethodGet, "/api/norms", "How long reports may take, with sources", s.getNorms)
	add(s, officers, http.MethodGet, "/api/deadlines/at-risk", "Reports that will likely miss their deadline", s.getAtRisk)
	add(s, officers, http.MethodGet, "/api/reports/{id}/pauses", "When and why a report's clock stood still", s.getPauses)
	add(s, clockKeepers, http.MethodPost, "/api/reports/{id}/pause", "Stop a report's clock while its office waits for the citizen", s.pauseReport)
	add(s, clockKeepers, http.MethodPost, "/api/reports/{id}/resume", "Let a report's clock go on", s.resumeReport)

	// The map: how it stood, its points, and where a place is.
	add(s, officers, http.MethodGet, "/api/places", "Areas, streets and landmarks by the beginnings of their names", s.getPlaces)

	// What needs attention.
	add(s, shown, http.MethodGet, "/api/alerts", "Alerts, gravest first", s.getAlerts)
	add(s, watchers, http.MethodPost, "/api/alerts/acknowledge", "Say that one knows of a running alert, which then no longer interrupts the wall", s.acknowledgeAlert)
	add(s, officers, http.MethodGet, "/api/attention", "At most five matters that need attention now", s.getAttention)

	// What to do about it: recommendations, and the rules they follow.
	add(s, officers, http.MethodGet, "/api/recommendations", "Recommendations: what waits first, best first", s.getRecommendations)
	add(s, shown, http.MethodGet, "/api/recommendations/top", "The best five recommendations", s.getTopRecommendations)
	add(s, officers, http.MethodGet, "/api/recommendations/{id}", "One recommendation with its history and the disposition it proposes", s.getRecommendation)
	add(s, advised, http.MethodPost, "/api/recommendations/{id}/decide", "Approve, decline, postpone, reopen or rank a recommendation", s.decideRecommendation)
	add(s, officers, http.MethodGet, "/api/action-kinds", "Kinds of action, with what they should bring", s.getActionKinds)
	add(s, officers, http.MethodGet, "/api/action-rules", "Rules of advice", s.getActionRules)
	add(s, rulers, http.MethodPut, "/api/action-rules/{slug}", "Change or add a rule of advice, with the reason", s.putActionRule)
	add(s, officers, http.MethodGet, "/api/action-rules/{slug}/versions", "Every state a rule has had, newest first", s.getActionRuleVersions)

	// Hazards.
	add(s, shown, http.MethodGet, "/api/hazards/flood", "Flood risk of all kelurahan for the next 6 and 24 hours, with reasons", s.getFlood)
	add(s, officers, http.MethodGet, "/api/hazards/flood/{area}", "Flood risk of one kelurahan with its last days", s.getFloodArea)

	add(s, officers, http.MethodGet, "/api/patterns", "What is unusual now: bunches, anomalies, slow rises, silence, and what looks made", s.getPatterns)
	add(s, officers, http.MethodGet, "/api/patterns/hotspots", "The map of hotspots (Getis-Ord Gi*) as GeoJSON", s.getHotspots)

	// Notices, and the ladder of what is late.
	add(s, officers, http.MethodGet, "/api/notices", "What the officer was told, newest first", s.getNotices)
	add(s, officers, http.MethodPost, "/api/notices/{id}/read", "Mark a notice as read", s.postNoticeRead)
	add(s, officers, http.MethodGet, "/api/notices/preferences", "How the officer wants to be told", s.getNoticePreferences)
	add(s, officers, http.MethodPut, "/api/notices/preferences", "Choose channels, quiet hours and an address, which a code confirms", s.putNoticePreferences)
	add(s, officers, http.MethodPost, "/api/notices/test", "Send oneself a notice through every chosen channel", s.postNoticeTest)
	add(s, officers, http.MethodGet, "/api/notices/chats", "The officer's chats that are bound to the account, and those of the city", s.getOfficerContacts)
	add(s, officers, http.MethodPost, "/api/notices/chats/code", "Show a code that binds the chat it is sent by to the officer's account", s.postOfficerCode)
	add(s, officers, http.MethodDelete, "/api/notices/chats/{id}", "Let go of a chat", s.deleteOfficerContact)
	add(s, officers, http.MethodGet, "/api/push/key", "The key that browsers subscribe to pushes under", s.getPushKey)
	add(s, officers, http.MethodPost, "/api/push/subscriptions", "Let this browser take the officer's pushes", s.postPushSubscription)
	add(s, officers, http.MethodDelete, "/api/push/subscriptions", "Let this browser take no pushes", s.deletePushSubscription)
	add(s, officers, http.MethodGet, "/api/escalations", "Dispositions that went up the ladder, newest first", s.getEscalations)
	add(s, officers, http.MethodGet, "/api/escalation-rules", "The ladder: who hears of what is late, and when, with sources", s.getEscalationRules)
	add(s, rulers, http.MethodPut, "/api/escalation-rules", "Add or replace rows of the ladder", s.putEscalationRules)

	// What it brought.
	add(s, officers, http.MethodGet, "/api/effects", "What done dispositions brought, and the ledger of what worked", s.getEffects)
	add(s, officers, http.MethodGet, "/api/dispositions/{id}/effect", "What a disposition brought, day by day", s.getEffect)
	add(s, officers, http.MethodGet, "/api/city-index", "The city index of the city or an area, with its interval", s.getCityIndex)
	add(s, officers, http.MethodGet, "/api/office-pages", "A fair account of each office within one's rights", s.getOfficePages)
	add(s, officers, http.MethodGet, "/api/office-pages/{office}", "A fair account of one office", s.getOfficePage)

	// The assistant.
	add(s, officers, http.MethodGet, "/api/assistant", "What the assistant can do here and now", s.getAssistant)
	add(s, officers, http.MethodGet, "/api/assistant/suggestions", "Questions worth asking now, from what changed", s.getSuggestions)
	add(s, officers, http.MethodGet, "/api/assistant/usage", "What the assistant's models cost in a month", s.getUsage)
	add(s, officers, http.MethodGet, "/api/measures", "Everything that can be asked of the figures", s.getMeasures)
	add(s, officers, http.MethodGet, "/api/conversations", "The officer's own conversations, last used first", s.getConversations)
	add(s, officers, http.MethodPost, "/api/conversations", "Begin a conversation", s.postConversation)
	add(s, officers, http.MethodGet, "/api/conversations/{id}", "A conversation with all that was said", s.getConversation)
	add(s, officers, http.MethodDelete, "/api/conversations/{id}", "Remove a conversation; receipts stay", s.deleteConversation)
	add(s, officers, http.MethodPost, "/api/conversations/{id}/messages", "Ask a question; it is answered in the background", s.postMessage)
	add(s, officers, http.MethodGet, "/api/questions/{id}", "A question, its steps and its answer", s.getQuestion)
	add(s, officers, http.MethodPost, "/api/questions/{id}/cancel", "Stop answering", s.cancelQuestion)
	add(s, officers, http.MethodPost, "/api/questions/{id}/verdict", "Say whether an answer was right", s.judgeAnswer)
	add(s, officers, http.MethodGet, "/api/receipts/{number}", "The proof of an answer", s.getReceipt)
	add(s, officers, http.MethodPost, "/api/receipts/{number}/check", "Work an answer out again and say what changed", s.checkReceipt)
	add(s, officers, http.MethodGet, "/api/pins", "The officer's pinned questions with their newest answers", s.getPins)
	add(s, officers, http.MethodPost, "/api/pins", "Pin a question", s.postPin)
	add(s, officers, http.MethodDelete, "/api/pins/{id}", "Unpin a question", s.deletePin)

	// Meetings: what was decided, done, not done, and why.
	add(s, officers, http.MethodGet, "/api/meetings/{week}", "The review of a week, as far as the asker may see it", s.getMeeting)
	add(s, meetingHolders, http.MethodPost, "/api/meetings/{week}/points", "Write a point of the meeting", s.postMeetingPoint)
	add(s, meetingHolders, http.MethodPost, "/api/meetings/points/{id}", "Say what became of a point", s.changeMeetingPoint)
	add(s, meetingHolders, http.MethodPost, "/api/meetings/{week}/close", "Close the meeting: its record is frozen and numbered", s.closeMeeting)

	// The mayor's day, from the calendars that the city connected.
	add(s, agendaReaders, http.MethodGet, "/api/agenda", "The mayor's appointments, earliest first: today and tomorrow unless asked otherwise", s.getAgenda)

	// The morning's sheet: numbered, never changed.
	add(s, briefed, http.MethodGet, "/api/briefings", "Briefings (lembar pagi), newest first", s.getBriefings)
	add(s, briefed, http.MethodGet, "/api/briefings/{name}", "One briefing by number, day or terbaru, as it was frozen", s.getBriefing)
	add(s, briefers, http.MethodPost, "/api/briefings", "Make and freeze a briefing of this moment", s.postBriefing)

	// Sources.
	add(s, shown, http.MethodGet, "/api/sources", "Sources and their health", s.getSources)
	add(s, officers, http.MethodGet, "/api/sources/activity", "What each source brought by day, and what is usual", s.getSourceActivity)
	add(s, operators, http.MethodPut, "/api/sources/{slug}/card", "Write down owner, contact, legal basis and whether persons are named", s.putSourceCard)
	add(s, operators, http.MethodGet, "/api/connectors", "Kinds of source, with the fields of their forms", s.getConnectors)
	add(s, operators, http.MethodPost, "/api/sources", "Connect a source", s.postSource)
	add(s, operators, http.MethodPost, "/api/sources/try", "What a source would bring, without storing anything", s.trySource)
	add(s, officers, http.MethodGet, "/api/sources/{slug}", "One source with its last runs", s.getSource)
	add(s, operators, http.MethodGet, "/api/sources/{slug}/form", "A source as its form shows it, without secrets", s.getSourceForm)
	add(s, operators, http.MethodPut, "/api/sources/{slug}", "Change a source", s.putSource)
	add(s, operators, http.MethodPost, "/api/sources/{slug}/run", "Pull a source now", s.runSource)
	add(s, operators, http.MethodPost, "/api/sources/{slug}/retry", "Pull a source again from its start, refused rows included", s.retrySource)
	add(s, operators, http.MethodPost, "/api/sources/{slug}/reread", "Read a source again from a moment, or from its start", s.rereadSource)
	add(s, watchers, http.MethodGet, "/api/cameras", "Cameras (CCTV), by name, and how they fare", s.getCameras)
	add(s, operators, http.MethodPost, "/api/sources/{slug}/pause", "Pause a source", s.pauseSource)
	add(s, operators, http.MethodPost, "/api/sources/{slug}/resume", "Let a paused source go on", s.resumeSource)
	add(s, officers, http.MethodGet, "/api/quality/findings", "Doubts about values, those that go on first", s.getFindings)
	add(s, operators, http.MethodPost, "/api/quality/findings/{id}/decision", "Say that a doubt is no error, or take that back", s.decideFinding)
	add(s, officers, http.MethodGet, "/api/quality/rules", "What makes a value doubtful, and what follows", s.getQualityRules)
	add(s, operators, http.MethodPut, "/api/quality/rules", "Set a rule of quality from a day on, with the reason", s.putQualityRule)
	add(s, auditors, http.MethodGet, "/api/jobs", "Long work: what runs, and of each kind what ended last", s.getLongJobs)
	add(s, operators, http.MethodPost, "/api/jobs", "Begin long work: a backup, or learning the categories anew", s.postLongJob)
	add(s, auditors, http.MethodGet, "/api/jobs/{id}", "How far long work is, and what it brought", s.getLongJob)
	add(s, operators, http.MethodPost, "/api/jobs/{id}/cancel", "Stop long work", s.cancelLongJob)
	add(s, operators, http.MethodPost, "/api/jobs/{id}/tell", "Say whether one wants to hear of its end", s.tellOfLongJob)
	add(s, auditors, http.MethodGet, "/api/models", "Learned models in force, those before, and who changed them", s.getModels)
	add(s, operators, http.MethodPost, "/api/models/{name}/back", "Put an earlier model in force again, with the reason", s.goBackToModel)
	add(s, auditors, http.MethodGet, "/api/retention", "How long things are kept, and what the next night erases", s.getRetention)
	add(s, operators, http.MethodPut, "/api/retention/{what}", "Set how long something is kept from a day on, with the reason", s.putRetention)
	add(s, auditors, http.MethodGet, "/api/subject-requests", "Requests of persons about their own data (UU 27/2022), those due first before others", s.getSubjects)
	add(s, operators, http.MethodPost, "/api/subject-requests", "Note a request of a person about their own data; the same client_id is noted once", s.postSubject)
	add(s, auditors, http.MethodGet, "/api/subject-requests/{id}", "One request, with the reports found, messages and corrections", s.getSubject)
	add(s, operators, http.MethodPost, "/api/subject-requests/{id}/search", "Look for the reports of who asks, by what they gave; recorded with the request's number", s.findSubject)
	add(s, operators, http.MethodPost, "/api/subject-requests/{id}/code", "Send a code to the very address or chat that their reports came from", s.postSubjectCode)
	add(s, operators, http.MethodPost, "/api/subject-requests/{id}/proof", "Note how who asks proved who they are", s.postSubjectProof)
	add(s, operators, http.MethodPost, "/api/subject-requests/{id}/corrections", "Put right what they asked for in one report of theirs; it holds against the report's source", s.postSubjectCorrection)
	add(s, operators, http.MethodPost, "/api/subject-requests/{id}/decision", "End a request: met, or refused with the reason; who asked is told", s.postSubjectDecision)
	add(s, auditors, http.MethodGet, "/api/subject-norms", "Within how many hours requests about personal data are met, and what the law says of it", s.getSubjectNorms)
	add(s, operators, http.MethodPut, "/api/subject-norms/{kind}", "Set within how many hours they are met from a day on, never more than the law gives, with the reason", s.putSubjectNorm)
	add(s, auditors, http.MethodGet, "/api/reporter-questions", "Whether reporters of incomplete reports are asked without an officer", s.getQuestionRules)
	add(s, operators, http.MethodPut, "/api/reporter-questions", "Set whether and when they are asked, at once, with the reason", s.putQuestionRule)
	add(s, auditors, http.MethodGet, "/api/backups", "Backups of the database: every try, newest first", s.getBackups)
	add(s, auditors, http.MethodGet, "/api/open311", "What goes out and comes in by Open311: keys, services, sources", s.getOpen311Desk)
	add(s, operators, http.MethodPost, "/api/open311/keys", "Make a key for another system; its secret is in this answer and nowhere else", s.postOpen311Key)
	add(s, operators, http.MethodDelete, "/api/open311/keys/{id}", "Revoke a key", s.deleteOpen311Key)
	add(s, operators, http.MethodPut, "/api/open311/services/{category}", "Say whether everybody may see a category's reports, and what a report of it must say", s.putOpen311Service)
	add(s, operators, http.MethodPut, "/api/open311/sources/{slug}", "Say whether everybody may see a source's reports", s.putOpen311Source)
	add(s, operators, http.MethodPut, "/api/open311/reports/{id}/withheld", "Hold one report back from the public, or end that", s.putOpen311Withheld)
	add(s, auditors, http.MethodGet, "/api/audit", "The audit trail, newest first", s.getAudit)

	// Not JSON: the socket, the map, machines, and the page itself.
	s.echo.GET(LivePath, NewLive(s.Hub, s.liveSession, s.originListed, s.Log).Handle)
	s.echo.GET("/geo/:file", s.getGeoJSON)
	s.echo.GET("/api/map/replay", s.getReplay)
	s.echo.GET("/api/map/points", s.getMapPoints)
	s.echo.GET(basemapPath, s.getBasemap)
	s.echo.GET("/api/hazards/flood/cap", s.getFloodCAP)
	s.echo.GET(stepsPath, s.followQuestion)
	s.echo.GET("/api/reports/:id/picture", s.getReportPicture)
	s.echo.GET("/api/reports/:id/voice-notes/:note", s.getVoiceNote)
	s.echo.POST("/api/attachments", s.postAttachment)
	s.echo.POST("/api/subject-requests/:id/copy", s.postSubjectCopy)
	s.echo.GET("/api/attachments/:id", s.getAttachment)
	s.echo.GET("/api/cameras/:id/still", s.getCameraStill)
	s.echo.POST("/api/voice/transcriptions", s.transcribe)
	s.echo.POST("/api/voice/speech", s.speak)
	s.echo.GET("/api/meetings/:week/minutes", s.getMinutes)
	s.echo.GET("/lembar/:name", s.getSheet)
	s.echo.POST("/api/proofs", s.postProof)
	s.echo.GET("/api/proofs/:id/picture", s.getProofPicture)
	s.echo.GET("/hooks/:source", s.takeHook)
	s.echo.POST("/hooks/:source", s.takeHook)
	s.echo.GET("/publik/beres/:token", s.getReporterPage)
	s.echo.POST("/publik/beres/:token", s.postReporterPage)
	s.echo.GET("/tiles/:layer/:z/:x/:y", s.getTile)
	s.echo.GET(Open311Path+"/:file", s.open311(s.getOpen311))
	s.echo.POST(Open311Path+"/:file", s.open311(s.postOpen311))
	s.echo.GET(Open311Path+"/services/:file", s.open311(s.getOpen311Service))
	s.echo.GET(Open311Path+"/requests/:file", s.open311(s.getOpen311Request))
	s.echo.GET(Open311Path+"/tokens/:file", s.open311(s.getOpen311Token))
	s.echo.GET("/healthz", s.getHealth)
	s.echo.GET("/readyz", s.getReady)
	s.echo.GET("/metrics", s.getMetrics)
	s.echo.GET("/*", s.getPage)
	s.echo.HEAD("/*", s.getPage)
}

// schemas puts the /live messages and the map's columns into the API
// description, from which the browser's types are made.
func (s *server) schemas() {
	reg := s.api.OpenAPI().Components.Schemas
	for _, v := range []any{live.Subscribe{}, live.Snapshot{}, live.Delta{}, city.MapReplay{}, city.MapPoints{}} {
		reg.Schema(reflect.TypeOf(v), true, "")
	}
}

// Who may call a route.
type audience struct {
	name  string
	roles []city.Role // nil: every officer
	open  bool        // nobody needs to be signed in
	early bool        // also before the first password is changed
	wall  bool        // paired screens too: the wall shows it
}

var (
	anyone   = audience{name: "anyone", open: true, early: true}
	signedIn = audience{name: "signed in", early: true}
	officers = audience{name: "officers"}
	// Shown is what stands on the wall: all that a paired screen may ask for.
	shown     = audience{name: "officers and paired screens", wall: true}
	operators = audience{name: "operator", roles: []city.Role{city.Operator}}
	pushers   = audience{name: "operator", roles: []city.Role{city.Operator}}
	// Deciders may correct what they may see; an auditor only reads.
	deciders = audience{name: "officers but the auditor", roles: []city.Role{
		city.WaliKota, city.Sekda, city.KepalaOPD, city.Camat, city.Lurah, city.Operator,
	}}
	// Advised decide about recommendations, each about those to whom he may.
	advised = audience{name: "wali_kota, sekda, kepala_opd, camat", roles: []city.Role{city.WaliKota, city.Sekda, city.KepalaOPD, city.Camat}}
	// Senders may send dispositions (city.InstructionRules), doers take steps.
	senders = audience{name: "wali_kota, sekda, kepala_opd, camat", roles: []city.Role{city.WaliKota, city.Sekda, city.KepalaOPD, city.Camat}}
	doers   = audience{name: "officers of the line", roles: []city.Role{city.WaliKota, city.Sekda, city.KepalaOPD, city.Camat, city.Lurah}}
	// Watchers answer for the city as a whole: what they know of interrupts the wall no more.
	watchers = audience{name: "wali_kota, sekda, operator", roles: []city.Role{city.WaliKota, city.Sekda, city.Operator}}
	// Steered screens and those who steer them.
	steered = audience{name: "wali_kota, sekda, operator and paired screens", roles: []city.Role{city.WaliKota, city.Sekda, city.Operator, city.Layar}, wall: true}
	// Rulers change the rules of advice.
	rulers   = audience{name: "sekda, operator", roles: []city.Role{city.Sekda, city.Operator}}
	auditors = audience{name: "operator, auditor", roles: []city.Role{city.Operator, city.Auditor}}
)

// add registers a JSON route with its audience.
func add[In, Out any](s *server, who audience, method, path, summary string, handle func(context.Context, *In) (*Out, error)) {
	op := huma.Operation{OperationID: operationID(method, path), Method: method, Path: path, Summary: summary, Tags: []string{tagOf(path)}}
	if !who.open {
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	}
	huma.Register(s.api, op, func(ctx context.Context, in *In) (*Out, error) {
		if err := who.admit(ctx); err != nil {
			return nil, problemOf(ctx, s.Log, err)
		}
		out, err := handle(ctx, in)
		if err != nil {
			return nil, problemOf(ctx, s.Log, err)
		}
		return out, nil
	})
}
