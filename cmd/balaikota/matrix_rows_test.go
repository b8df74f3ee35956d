package main

import (
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

var (
	deciding = []city.Role{city.WaliKota, city.Sekda, city.KepalaOPD, city.Camat, city.Lurah, city.Operator}
	keeping  = []city.Role{city.KepalaOPD, city.Camat, city.Lurah, city.Operator}
	operate  = []city.Role{city.Operator}
	inspect  = []city.Role{city.Operator, city.Auditor}
)

// privateThings are of one officer, whatever the area: near is the caller's
// own, far somebody else's. The roles may see others' too.
var privateThings = map[string][]city.Role{
	"conversation": nil, "new conversation": nil, "question": nil, "pin": nil,
	"receipt": {city.Auditor},
}

// things make what a route's path names, of the side, for the caller. A
// writing route may change it.
var things = map[string]func(w *matrixWorld, of side, by *caller) thing{
	"report":      func(w *matrixWorld, of side, _ *caller) thing { return thing{"id": next(w.reports, of)} },
	"kept report": func(w *matrixWorld, of side, _ *caller) thing { return thing{"id": fmt.Sprint(w.kept[of])} },
	"incident":    func(w *matrixWorld, of side, _ *caller) thing { return thing{"id": fmt.Sprint(w.matters[of][0])} },
	"two incidents": func(w *matrixWorld, of side, by *caller) thing {
		if !slices.Contains(deciding, by.role) || !by.role.CityWide() && by.side != of {
			return thing{"id": fmt.Sprint(w.matters[of][0]), "other": fmt.Sprint(w.matters[of][1])}
		}
		all := w.matters[of]
		w.matters[of] = all[:len(all)-2] // merging uses them up
		return thing{"id": fmt.Sprint(all[len(all)-1]), "other": fmt.Sprint(all[len(all)-2])}
	},
	"conversation": func(w *matrixWorld, of side, by *caller) thing { return thing{"id": w.asked(of, by)["conversation"]} },
	"new conversation": func(w *matrixWorld, of side, by *caller) thing {
		return thing{"id": numberIn(w.call(w.owner(of, by), http.MethodPost, "/api/conversations", map[string]any{}), "id")}
	},
	"question":       func(w *matrixWorld, of side, by *caller) thing { return thing{"id": w.asked(of, by)["question"]} },
	"recommendation": func(w *matrixWorld, of side, _ *caller) thing { return thing{"id": fmt.Sprint(w.advised(of))} },
	// An order to the caller's own kind of post, of the side: a lurah's order
	// is none of an agency's.
	"order": func(w *matrixWorld, of side, by *caller) thing { return thing{"id": fmt.Sprint(w.orderOf(of, by))} },
	"office": func(w *matrixWorld, of side, by *caller) thing {
		if by.role == city.KepalaOPD || by.role.CityWide() || by.role == "" {
			return thing{"office": of.office()}
		}
		return thing{"office": w.villages[of]}
	},
	"point":   func(w *matrixWorld, of side, _ *caller) thing { return thing{"id": fmt.Sprint(w.points[of])} },
	"receipt": func(w *matrixWorld, of side, by *caller) thing { return thing{"number": w.asked(of, by)["receipt"]} },
	"pin":     func(w *matrixWorld, of side, by *caller) thing { return thing{"id": w.pinned(of, by)} },
}

// next gives one of a side's numbers after the other, round and round.
func next(pool map[side][]int64, of side) string {
	all := pool[of]
	pool[of] = append(all[1:len(all):len(all)], all[0])
	return strconv.FormatInt(all[0], 10)
}

// asked is a question that the caller (near) or another officer (far) asked,
// answered by the real assistant, with its conversation and receipt.
func (w *matrixWorld) asked(of side, by *caller) thing {
	owner := w.owner(of, by)
	if owner.own["question"] != nil {
		return owner.own["question"]
	}
	conversation := numberIn(w.call(owner, http.MethodPost, "/api/conversations", map[string]any{}), "id")
	x := w.call(owner, http.MethodPost, "/api/conversations/"+conversation+"/messages", map[string]any{"text": "berapa laporan masuk pada bulan " + owner.mark})
	at := thing{"conversation": conversation, "question": numberIn(x, "question", "id")}
	eventually(w.t, time.Minute, "an answer", func() error {
		got := w.call(owner, http.MethodGet, "/api/questions/"+at["question"], nil)
		answer, _ := got["answer"].(map[string]any)
		receipt, _ := answer["receipt"].(string)
		if receipt == "" {
			return fmt.Errorf("no receipt yet: %v", answer)
		}
		at["receipt"] = strings.TrimLeft(receipt, "B-0")
		return nil
	})
	owner.own["question"] = at
	return at
}

// owner is the caller, or, of the far side, the first other who may ask.
func (w *matrixWorld) owner(of side, by *caller) *caller {
	can := func(c *caller) bool { return c.state == signedInAsOfficer || c.state == script }
	if of == near && can(by) {
		return by
	}
	for _, c := range w.callers {
		if c != by && can(c) {
			return c
		}
	}
	return nil
}

// pinned pins the owner's question anew.
func (w *matrixWorld) pinned(of side, by *caller) string {
	n, err := strconv.Atoi(w.asked(of, by)["question"])
	if err != nil {
		w.t.Fatal(err)
	}
	return numberIn(w.call(w.owner(of, by), http.MethodPost, "/api/pins", map[string]any{"question_id": n}), "id")
}

func why(thing) any { return map[string]string{"reason": "uji matriks hak akses"} }

func fixed(body any) func(thing) any { return func(thing) any { return body } }

func number(text string) int64 { n, _ := strconv.ParseInt(text, 10, 64); return n }

// matrixRows declares every route. Add a route of your own to the group it
// belongs to, or make a group.
func matrixRows() map[string]gate {
	all := map[string]gate{}
	for _, group := range []map[string]gate{rowsOfSession(), rowsOfCity(), rowsOfReports(), rowsOfAssistant(), rowsOfMeetings(), rowsOfBriefings(), rowsOfDispositions(), rowsOfProofs(), rowsOfNotices(), rowsOfEffects(), rowsOfAdvice(), rowsOfWalls(), rowsOfAccounts(), rowsOfLimits(), rowsOfMachines(), rowsOfAnswers()} {
		maps.Copy(all, group)
	}
	return all
}

func rowsOfSession() map[string]gate {
	return map[string]gate{
		"POST /api/session":          {open: true, body: fixed(map[string]string{"username": "uji.masuk", "password": matrixPassword})},
		"GET /api/session":           {early: true, wall: true, rows: "shared"},
		"DELETE /api/session":        {early: true, spends: true},
		"POST /api/session/password": {early: true, officer: true, body: fixed(map[string]string{"current": "bukan", "new": "juga bukan sandi"})},
	}
}

// rowsOfCity are what the city is and how it stands. Alerts, and what is
// suggested from them, are for every officer: whom a flood or a surge reaches
// next is not known by whose it is now.
func rowsOfCity() map[string]gate {
	model, kept := thing{"name": "uji"}, thing{"what": "baris_ditolak"}
	job := thing{"id": "1"}
	source := thing{"slug": "uji"}
	// Of a connector that there is not: whoever is let in is told so.
	noSource := fixed(map[string]any{"slug": "uji", "name": "Uji", "connector": "tidak-ada", "config": map[string]any{}})
	return map[string]gate{
		"GET /api/city":                     {wall: true, rows: "shared"},
		"GET /api/areas":                    {wall: true, rows: "shared"},
		"GET /api/offices":                  {wall: true, rows: "shared"},
		"GET /api/office-contacts":          {rows: "shared"},
		"PUT /api/office-contacts/{id}":     {who: []city.Role{city.Sekda, city.Operator}, at: thing{"id": "999999"}, body: fixed(map[string]string{}), answers: http.StatusNotFound},
		"GET /api/categories":               {wall: true, rows: "shared"},
		"GET /api/indicators":               {wall: true, rows: "shared"},
		"GET /api/indicators/states":        {wall: true, rows: "shared"},
		"GET /api/indicators/{slug}/series": {wall: true, rows: "shared", at: thing{"slug": "muka-air-mahakam"}},
		"GET /api/forecasts":                {rows: "shared"},
		"GET /api/holidays":                 {wall: true, rows: "shared"},
		"GET /api/norms":                    {rows: "shared"},
		"GET /api/measures":                 {rows: "shared"},
		"GET /api/alerts":                   {wall: true, rows: "shared"},
		"GET /api/places":                   {query: "?q=lempake", rows: "shared"},
		"GET /api/attention":                {rows: "shared"},
		"POST /api/alerts/acknowledge": {
			who: []city.Role{city.WaliKota, city.Sekda, city.Operator}, answers: http.StatusNotFound, // no alert runs in the test's city
			body: fixed(map[string]string{"key": "tidak-ada", "seen": "awas"}),
		},
		"GET /api/hazards/flood":                   {wall: true, rows: "shared"},
		"GET /api/hazards/flood/{area}":            {at: thing{"area": storetest.Lempake}, rows: "shared"},
		"GET /api/patterns":                        {rows: "filtered"},
		"GET /api/patterns/hotspots":               {rows: "shared"},
		"GET /api/sources":                         {wall: true, rows: "shared"},
		"GET /api/sources/activity":                {rows: "shared"},
		"GET /api/sources/{slug}":                  {at: source, rows: "shared"},
		"GET /api/connectors":                      {who: operate, rows: "shared"},
		"POST /api/sources":                        {who: operate, body: noSource},
		"POST /api/sources/try":                    {who: operate, body: noSource},
		"GET /api/sources/{slug}/form":             {who: operate, at: source, rows: "shared"},
		"PUT /api/sources/{slug}":                  {who: operate, at: source, body: noSource},
		"PUT /api/sources/{slug}/card":             {who: operate, at: source, body: fixed(map[string]any{"owner": "Diskominfo", "contact": "", "legal_basis": "Uji matriks"})},
		"POST /api/sources/{slug}/run":             {who: operate, at: source},
		"POST /api/sources/{slug}/retry":           {who: operate, at: source},
		"GET /api/cameras":                         {who: []city.Role{city.WaliKota, city.Sekda, city.Operator}, rows: "shared"},
		"GET /api/cameras/{id}/still":              {who: []city.Role{city.WaliKota, city.Sekda, city.Operator}, at: thing{"id": "999999"}, answers: http.StatusNotFound, rows: "few"},
		"POST /api/sources/{slug}/reread":          {who: operate, at: source, body: fixed(map[string]any{})},
		"POST /api/sources/{slug}/pause":           {who: operate, at: source},
		"POST /api/sources/{slug}/resume":          {who: operate, at: source},
		"GET /api/quality/findings":                {rows: "shared"},
		"POST /api/quality/findings/{id}/decision": {who: operate, at: thing{"id": "999999"}, body: fixed(map[string]any{"dismissed": true, "reason": "uji matriks peran"}), answers: http.StatusNotFound},
		"GET /api/quality/rules":                   {rows: "shared"},
		"PUT /api/quality/rules":                   {who: operate, body: fixed(map[string]any{"kind": "hari_ganda", "indicator": "pm25", "params": map[string]any{"tolerance": 0.1}, "effect": "tandai", "source": "uji matriks", "effective_on": "2100-01-01", "reason": "uji matriks peran"})},
		"GET /api/jobs":                            {who: inspect, rows: "shared"},
		"POST /api/jobs":                           {who: operate, body: fixed(map[string]any{"kind": "cadangan"})},
		"GET /api/jobs/{id}":                       {who: inspect, at: job, rows: "shared"},
		"POST /api/jobs/{id}/cancel":               {who: operate, at: job},
		"POST /api/jobs/{id}/tell":                 {who: operate, officer: true, at: job, body: fixed(map[string]any{"tell": true})},
		"GET /api/models":                          {who: inspect, rows: "shared"},
		"POST /api/models/{name}/back":             {who: operate, at: model, body: fixed(map[string]any{"id": 1, "reason": "uji matriks peran"})},
		"GET /api/retention":                       {who: inspect, rows: "shared"},
		"GET /api/subject-norms":                   {who: inspect, rows: "shared"},
		"PUT /api/subject-norms/{kind}":            {who: operate, at: thing{"kind": "hapus"}, body: fixed(map[string]any{"hours": 72, "remind_hours": 24, "source": "uji matriks", "effective_on": "2100-01-01", "reason": "uji matriks peran"})},
		"GET /api/reporter-questions":              {who: inspect, rows: "shared"},
		"PUT /api/reporter-questions":              {who: operate, body: fixed(map[string]any{"enabled": true, "quiet_seconds": 3600, "wait_days": 3, "source": "uji matriks", "reason": "uji matriks peran"})},
		"PUT /api/retention/{what}":                {who: operate, at: kept, body: fixed(map[string]any{"keep_months": 600, "source": "uji matriks", "effective_on": "2100-01-01", "reason": "uji matriks peran"})},
		"GET /api/backups":                         {who: inspect, rows: "shared"},
		"GET /api/subject-requests":                {who: inspect, rows: "shared"},
		"POST /api/subject-requests": {who: operate, body: func(thing) any {
			return map[string]any{"client_id": aClientID(), "kind": "salinan", "way": "loket", "email": "matriks@surel.uji"}
		}},
		"GET /api/subject-requests/{id}":              {who: inspect, at: thing{"id": "999999"}, answers: http.StatusNotFound, rows: "few"},
		"POST /api/subject-requests/{id}/search":      {who: operate, at: thing{"id": "999999"}, body: fixed(map[string]any{}), answers: http.StatusNotFound},
		"POST /api/subject-requests/{id}/code":        {who: operate, at: thing{"id": "999999"}, body: fixed(map[string]any{"channel": "surel"})},
		"POST /api/subject-requests/{id}/proof":       {who: operate, at: thing{"id": "999999"}, body: fixed(map[string]any{"how": "identitas", "note": "KTP"}), answers: http.StatusNotFound},
		"POST /api/subject-requests/{id}/copy":        {who: operate, at: thing{"id": "999999"}, body: fixed(map[string]any{}), answers: http.StatusNotFound},
		"POST /api/subject-requests/{id}/corrections": {who: operate, at: thing{"id": "999999"}, body: fixed(map[string]any{"report_id": 1, "text": "uji matriks", "reason": "uji matriks peran"}), answers: http.StatusNotFound},
		"POST /api/subject-requests/{id}/decision":    {who: operate, at: thing{"id": "999999"}, body: fixed(map[string]any{"state": "ditolak", "reason": "uji matriks peran"}), answers: http.StatusNotFound},
		"GET /api/audit":                              {who: inspect, rows: "shared"},
	}
}

// aClientID is a UUID of version 4 (RFC 9562).
func aClientID() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // does not happen
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func rowsOfAnswers() map[string]gate {
	template := func(thing) any {
		return map[string]any{"title": "Uji matriks " + rand.Text(), "body": "Laporan Anda nomor {nomor} diterima.", "enabled": false, "reason": "uji matriks hak akses"}
	}
	keepers := []city.Role{city.Sekda, city.Operator, city.KepalaOPD}
	return map[string]gate{
		"POST /api/reports/alike": {who: operate, body: fixed(map[string]string{"text": "Uji matriks hak akses"})},
		"POST /api/reports/desk": {who: operate, body: func(thing) any {
			return map[string]any{"client_id": aClientID(), "channel": "loket", "text": "Uji matriks hak akses"}
		}},
		"GET /api/answer-templates":               {rows: "shared"},
		"POST /api/answer-templates":              {who: keepers, powerless: []city.Role{city.KepalaOPD}, body: template},
		"PUT /api/answer-templates/{id}":          {who: keepers, powerless: []city.Role{city.KepalaOPD}, at: thing{"id": "999999"}, body: template, answers: http.StatusNotFound},
		"GET /api/answer-templates/{id}/versions": {at: thing{"id": "1"}, rows: "shared"},
		"GET /api/reports/{id}/answering":         {of: "kept report"},
		"POST /api/reports/{id}/replies": {who: keeping, of: "report", powerless: []city.Role{city.Camat, city.Lurah}, body: func(thing) any {
			return map[string]any{"client_id": aClientID(), "text": "Uji matriks " + rand.Text(), "in_person": true}
		}},
		"POST /api/reports/{id}/questions": {who: keeping, of: "report", powerless: []city.Role{city.Camat, city.Lurah}, answers: http.StatusConflict, body: func(thing) any {
			return map[string]any{"client_id": aClientID(), "asks": []string{"where"}}
		}},
	}
}

func rowsOfReports() map[string]gate {
	return map[string]gate{
		"GET /api/reports":                         {wall: true, rows: "filtered"},
		"GET /api/reports/counts":                  {wall: true, rows: "filtered"},
		"GET /api/map/replay":                      {query: "?hours=168", rows: "filtered"},
		"GET /api/map/points":                      {rows: "filtered"},
		"GET /api/reports/figures":                 {wall: true, rows: "few"},
		"GET /api/reports/{id}":                    {of: "kept report", rows: "few"},
		"GET /api/reports/{id}/pauses":             {of: "kept report"},
		"GET /api/reports/{id}/picture":            {at: thing{"id": "999999"}, answers: http.StatusNotFound, rows: "few"},
		"GET /api/reports/{id}/voice-notes/{note}": {at: thing{"id": "999999", "note": "1"}, answers: http.StatusNotFound, rows: "few"},
		"PUT /api/reports/{id}/voice-notes/{note}": {who: deciding, at: thing{"id": "999999", "note": "1"}, body: fixed(map[string]string{"text": "uji"}), answers: http.StatusNotFound},
		"POST /api/reports/{id}/reporter":          {who: inspect, of: "report", body: why},
		"POST /api/reports/{id}/correction":        {who: deciding, of: "report", body: fixed(map[string]string{"field": "urgency", "value": "siaga", "reason": "uji"})},
		"POST /api/reports/{id}/pause":             {who: keeping, of: "report", powerless: []city.Role{city.Camat, city.Lurah}, body: why},
		"POST /api/reports/{id}/resume":            {who: keeping, of: "report", powerless: []city.Role{city.Camat, city.Lurah}, body: why},
		"GET /api/deadlines/at-risk":               {rows: "few"},
		"GET /api/incidents":                       {rows: "filtered"},
		"GET /api/incidents/{id}":                  {of: "incident", rows: "few"},
		"POST /api/incidents/{id}":                 {who: deciding, of: "incident", body: fixed(map[string]string{"title": "Uji matriks"})},
		"POST /api/incidents/{id}/merge": {who: deciding, of: "two incidents", body: func(at thing) any {
			return map[string]any{"with": []int64{number(at["other"])}, "reason": "uji"}
		}},
		"POST /api/incidents/{id}/split": {who: deciding, of: "incident", body: fixed(map[string]any{"reports": []int64{1 << 40}, "reason": "uji"})},
	}
}

func rowsOfAssistant() map[string]gate {
	return map[string]gate{
		"GET /api/assistant":                    {rows: "shared"},
		"GET /api/assistant/suggestions":        {rows: "shared"},
		"GET /api/assistant/usage":              {rows: "own"},
		"GET /api/conversations":                {rows: "own"},
		"POST /api/conversations":               {body: fixed(struct{}{})},
		"GET /api/conversations/{id}":           {of: "conversation", rows: "own"},
		"DELETE /api/conversations/{id}":        {of: "new conversation"},
		"POST /api/conversations/{id}/messages": {of: "conversation", body: fixed(map[string]string{"text": "berapa laporan masuk hari ini"})},
		"GET /api/questions/{id}":               {of: "question", rows: "own"},
		"GET /api/questions/{id}/steps":         {of: "question", rows: "own"},
		"POST /api/questions/{id}/cancel":       {of: "question"},
		"POST /api/questions/{id}/verdict":      {of: "question", body: fixed(map[string]any{"right": true})},
		"GET /api/receipts/{number}":            {of: "receipt"},
		"POST /api/receipts/{number}/check":     {of: "receipt"},
		"GET /api/pins":                         {rows: "own"},
		"POST /api/pins":                        {of: "question", body: func(at thing) any { return map[string]int64{"question_id": number(at["id"])} }},
		"DELETE /api/pins/{id}":                 {of: "pin"},
		"POST /api/voice/transcriptions":        {body: fixed("RIFF"), kind: "audio/wav", answers: http.StatusNotFound},
		"POST /api/voice/speech":                {body: fixed(map[string]string{"text": "halo"})},
	}
}

// rowsOfMeetings: everybody reads the part that concerns them, mayor and
// secretary write.
// rowsOfBriefings are about the whole city, for those who see all of it.
func rowsOfBriefings() map[string]gate {
	readers := []city.Role{city.WaliKota, city.Sekda, city.Operator, city.Auditor}
	newest := thing{"name": "terbaru"}
	return map[string]gate{
		"GET /api/briefings":        {who: readers, rows: "shared"},
		"GET /api/briefings/{name}": {who: readers, at: newest, rows: "shared"},
		"POST /api/briefings":       {who: []city.Role{city.WaliKota, city.Sekda, city.Operator}},
		"GET /lembar/{name}":        {who: readers, at: newest, rows: "shared"},
		"GET /api/agenda":           {who: city.AgendaReaders, rows: "shared"},
	}
}

func rowsOfMeetings() map[string]gate {
	week := thing{"week": "sekarang"}
	holders := []city.Role{city.WaliKota, city.Sekda}
	return map[string]gate{
		"GET /api/meetings/{week}":         {at: week, rows: "filtered"},
		"GET /api/meetings/{week}/minutes": {at: week, rows: "filtered"},
		"POST /api/meetings/{week}/points": {who: holders, at: week, body: fixed(map[string]string{"client_id": "6f2b7a52-0000-4000-8000-000000000001", "kind": "topic", "text": "Uji matriks"})},
		"POST /api/meetings/points/{id}":   {who: holders, of: "point", body: fixed(map[string]string{"status": "decided"})},
		"POST /api/meetings/{week}/close":  {who: holders, at: week, body: fixed(map[string]any{"present": []string{}})},
	}
}

func (w *matrixWorld) orderOf(of side, by *caller) int64 {
	if by.role == city.KepalaOPD {
		return w.agency[of]
	}
	return w.orders[of]
}

func rowsOfDispositions() map[string]gate {
	senders := []city.Role{city.WaliKota, city.Sekda, city.KepalaOPD, city.Camat}
	doers := append([]city.Role{city.Lurah}, senders...)
	step := map[string]any{"client_id": "00000000-0000-4000-8000-000000000901", "kind": "note", "text": "uji matriks"}
	order := city.DispositionOrder{
		ClientID: "00000000-0000-4000-8000-000000000902", Office: "Dishub", Nature: city.NatureOrdinary, Copies: []string{}, Subject: "Uji matriks hak akses",
		Instruction: "Uji matriks hak akses", DueDays: 2, Incidents: []int64{}, Reports: []int64{}, Attachments: []int64{},
	}
	return map[string]gate{
		"GET /api/dispositions":             {wall: true, rows: "filtered"},
		"GET /api/dispositions/addressees":  {rows: "shared"},
		"POST /api/dispositions":            {who: senders, body: fixed(order)},
		"GET /api/dispositions/{id}":        {of: "order", rows: "few"},
		"POST /api/dispositions/{id}/steps": {who: doers, of: "order", body: fixed(step)},
		"GET /api/tasks":                    {rows: "few"},
		"POST /api/tasks/steps":             {who: doers, body: fixed(map[string]any{"steps": []any{map[string]any{"disposition_id": 1 << 40, "client_id": "00000000-0000-4000-8000-000000000903", "kind": "note", "text": "uji matriks"}}})},
		"POST /api/session/acting":          {body: fixed(map[string]any{"stand_in_id": 1 << 40}), answers: http.StatusNotFound},
		"DELETE /api/session/acting":        {},
		"GET /api/stand-ins":                {rows: "few"},
		"GET /api/stand-ins/people":         {rows: "few"},
		"POST /api/stand-ins":               {who: deciding, body: fixed(map[string]any{"stand_in": "uji.masuk", "from": time.Now(), "until": time.Now().Add(time.Hour), "reason": "uji matriks"})},
		"DELETE /api/stand-ins/{id}":        {who: deciding, at: thing{"id": "999999"}, answers: http.StatusNotFound},
		"POST /api/attachments":             {who: senders, body: fixed("bukan formulir"), kind: "multipart/form-data; boundary=x"},
		"GET /api/attachments/{id}":         {at: thing{"id": "999999"}, answers: http.StatusNotFound, rows: "few"},
	}
}

func rowsOfProofs() map[string]gate {
	reviewers := city.ProofReviewers
	verdict := fixed(map[string]string{"verdict": "sah", "reason": "uji matriks hak akses"})
	return map[string]gate{
		"POST /api/dispositions/{id}/proof-tokens": {who: deciding, of: "order", body: fixed(map[string]int{"count": 1}), powerless: []city.Role{city.WaliKota, city.Sekda, city.Operator, city.Camat}},
		"GET /api/dispositions/{id}/proofs":        {of: "order", rows: "few"},
		"GET /api/dispositions/{id}/reporters":     {of: "order", rows: "few"},
		"GET /api/proofs/review":                   {who: reviewers, rows: "few"},
		"GET /api/proofs/{id}":                     {at: thing{"id": "999999"}, answers: http.StatusNotFound, rows: "few"},
		"GET /api/proofs/{id}/picture":             {at: thing{"id": "999999"}, answers: http.StatusNotFound, rows: "few"},
		"POST /api/proofs/{id}/review":             {who: reviewers, at: thing{"id": "999999"}, body: verdict, answers: http.StatusNotFound},
		"POST /api/proofs":                         {who: deciding, body: fixed("bukan formulir"), kind: "multipart/form-data; boundary=x"},
		"GET /publik/beres/{token}":                {open: true, at: thing{"token": "bukan-tautan"}, answers: http.StatusNotFound},
		"POST /publik/beres/{token}":               {open: true, at: thing{"token": "bukan-tautan"}, body: fixed("answer=yes"), kind: "application/x-www-form-urlencoded", answers: http.StatusNotFound},
	}
}

func rowsOfNotices() map[string]gate {
	rulers := []city.Role{city.Sekda, city.Operator}
	browser := fixed(map[string]any{"endpoint": "https://push.example/uji", "keys": map[string]string{"p256dh": "x", "auth": "x"}})
	return map[string]gate{
		"GET /api/notices":               {rows: "few"},
		"POST /api/notices/{id}/read":    {officer: true, at: thing{"id": "999999"}, answers: http.StatusNotFound},
		"GET /api/notices/preferences":   {officer: true, rows: "own"},
		"PUT /api/notices/preferences":   {officer: true, body: fixed(map[string]any{"channels": []string{}})},
		"POST /api/notices/test":         {officer: true},
		"GET /api/notices/chats":         {officer: true, rows: "own"},
		"POST /api/notices/chats/code":   {officer: true, body: fixed(map[string]string{"source": "tidak-ada"}), answers: http.StatusNotFound},
		"DELETE /api/notices/chats/{id}": {officer: true, at: thing{"id": "999999"}, answers: http.StatusNotFound},
		"GET /api/push/key":              {rows: "shared"},
		"POST /api/push/subscriptions":   {body: browser},
		"DELETE /api/push/subscriptions": {officer: true, body: fixed(map[string]string{"endpoint": "https://push.example/uji"})},
		"GET /api/escalations":           {rows: "few"},
		"GET /api/escalation-rules":      {rows: "shared"},
		"PUT /api/escalation-rules":      {who: rulers, body: fixed(map[string]any{"rules": []any{}, "answer_times": []any{}, "reason": "uji matriks"})},
	}
}

func rowsOfEffects() map[string]gate {
	return map[string]gate{
		"GET /api/effects":                  {rows: "few"},
		"GET /api/dispositions/{id}/effect": {of: "order", answers: http.StatusNotFound, rows: "few"},
		"GET /api/city-index":               {rows: "shared"},
		"GET /api/office-pages":             {rows: "few"},
		"GET /api/office-pages/{office}":    {of: "office", rows: "few"},
	}
}

// rowsOfWalls are about screens: a code is for whom nobody signed in.
func rowsOfWalls() map[string]gate {
	pairers := city.WallPairers
	return map[string]gate{
		"POST /api/walls/pairing": {open: true},
		"GET /api/walls/pairing":  {open: true},
		"POST /api/walls":         {who: pairers, body: fixed(map[string]string{"code": "tidak", "name": "Uji matriks"})},
		"GET /api/walls":          {who: pairers, rows: "shared"},
		"GET /api/walls/states":   {who: append([]city.Role{city.Layar}, pairers...), wall: true, rows: "shared"},
		"POST /api/walls/{id}":    {who: pairers, at: thing{"id": "999999"}, body: fixed(map[string]any{"step": 1}), answers: http.StatusNotFound},
		"DELETE /api/walls/{id}":  {who: pairers, at: thing{"id": "999999"}, answers: http.StatusNotFound},
	}
}

// rowsOfAccounts are an operator's by his own account: a script's token, which
// is nobody's, is refused too.
func rowsOfAccounts() map[string]gate {
	nobody := thing{"id": "999999"}
	return map[string]gate{
		"GET /api/accounts":                  {who: operate, rows: "shared"},
		"POST /api/accounts":                 {who: operate, officer: true, body: fixed(map[string]string{"username": "uji.matriks", "role": "auditor"})},
		"PUT /api/accounts/{id}":             {who: operate, officer: true, at: nobody, body: fixed(map[string]string{"role": "auditor"}), answers: http.StatusNotFound},
		"POST /api/accounts/{id}/close":      {who: operate, officer: true, at: nobody, answers: http.StatusNotFound},
		"POST /api/accounts/{id}/open":       {who: operate, officer: true, at: nobody, answers: http.StatusNotFound},
		"POST /api/accounts/{id}/reset":      {who: operate, officer: true, at: nobody, answers: http.StatusNotFound},
		"DELETE /api/accounts/{id}/sessions": {who: operate, officer: true, at: nobody, answers: http.StatusNotFound},
	}
}

func rowsOfLimits() map[string]gate {
	water := thing{"slug": "muka-air-mahakam"}
	declared := map[string]any{
		"name": "Uji matriks", "unit": "buah", "direction": "none", "grain": "city", "aggregation": "last", "fresh_for_seconds": 3600,
		"decimals": 0, "tile": false, "definition": "Hitungan untuk uji matriks peran.",
	}
	operate := []city.Role{city.Operator}
	return map[string]gate{
		"PUT /api/indicators/{slug}": {who: operate, at: thing{"slug": "tidak-ada"}, body: fixed(declared), answers: http.StatusNotFound},
		"POST /api/indicators": {who: operate, body: func(thing) any {
			out := maps.Clone(declared)
			out["slug"] = "uji-matriks-" + strconv.FormatInt(time.Now().UnixNano(), 10)
			return out
		}},
		"GET /api/indicators/{slug}/thresholds": {at: water, rows: "shared"},
		"PUT /api/indicators/{slug}/thresholds": {who: []city.Role{city.Sekda, city.Operator}, at: water, body: fixed(map[string]any{"version": 99, "thresholds": []any{}, "reason": "uji matriks"})},
	}
}

// rowsOfMachines are what systems push, the map, and what needs no session.
func rowsOfMachines() map[string]gate {
	report := map[string]any{"external_id": "dorong-1", "channel": "whatsapp", "created_at": time.Now().Format(time.RFC3339), "text": "uji dorong", "area_code": storetest.AirPutih, "status": "open"}
	return map[string]gate{
		"POST /api/reports":                      {who: operate, body: fixed([]any{report})},
		"POST /api/observations":                 {who: operate, body: fixed([]any{map[string]any{"indicator": "muka-air-mahakam", "value": 1.2, "time": time.Now().Format(time.RFC3339)}})},
		"GET /live":                              {wall: true, rows: "shared"},
		"GET /basemap/{file}":                    {at: thing{"file": "tiles.pmtiles"}, rows: "shared"},
		"GET /geo/{file}":                        {wall: true, at: thing{"file": "kelurahan.geojson"}, rows: "shared"},
		"GET /api/hazards/flood/cap":             {rows: "few"},
		"GET /tiles/{layer}/{z}/{x}/{y}":         {wall: true, at: thing{"layer": "kelurahan", "z": "10", "x": "845", "y": "513"}, rows: "shared"},
		"GET /hooks/{source}":                    {open: true, at: thing{"source": "tidak-ada"}, answers: http.StatusNotFound},
		"POST /hooks/{source}":                   {open: true, at: thing{"source": "tidak-ada"}, body: fixed("{}"), answers: http.StatusNotFound},
		"GET /api/open311":                       {who: inspect, rows: "shared"},
		"POST /api/open311/keys":                 {who: operate, body: fixed(map[string]any{"name": " ", "reads": "public", "files": false, "per_minute": 60})},
		"DELETE /api/open311/keys/{id}":          {who: operate, at: thing{"id": "999999"}, answers: http.StatusNotFound},
		"PUT /api/open311/services/{category}":   {who: operate, at: thing{"category": "tidak-ada"}, body: fixed(map[string]any{"public": true}), answers: http.StatusNotFound},
		"PUT /api/open311/sources/{slug}":        {who: operate, at: thing{"slug": "tidak-ada"}, body: fixed(map[string]any{"public": true, "media": false}), answers: http.StatusNotFound},
		"PUT /api/open311/reports/{id}/withheld": {who: operate, at: thing{"id": "999999"}, body: fixed(map[string]any{"withheld": false}), answers: http.StatusNotFound},
		// The Open311 server knows no sessions: a key, or what everybody may see.
		"GET /open311/v2/{file}":          {open: true, at: thing{"file": "services.json"}},
		"POST /open311/v2/{file}":         {open: true, at: thing{"file": "requests.json"}, body: fixed("service_code=sampah"), kind: "application/x-www-form-urlencoded", answers: http.StatusForbidden},
		"GET /open311/v2/services/{file}": {open: true, at: thing{"file": "sampah.json"}},
		"GET /open311/v2/requests/{file}": {open: true, at: thing{"file": "999999.json"}, answers: http.StatusNotFound},
		"GET /open311/v2/tokens/{file}":   {open: true, at: thing{"file": "o3-tidak-ada.json"}, answers: http.StatusNotFound},
		"GET /healthz":                    {open: true},
		"GET /readyz":                     {open: true},
		"GET /metrics":                    {open: true},
		"GET /*":                          {open: true},
		"HEAD /*":                         {open: true},
		"GET /openapi.json":               {open: true},
		"GET /openapi.yaml":               {open: true},
		"GET /openapi-3.0.json":           {open: true},
		"GET /openapi-3.0.yaml":           {open: true},
	}
}
