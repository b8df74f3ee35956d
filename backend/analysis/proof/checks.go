package proof

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"balaikota/backend/analysis/picture"
	"balaikota/backend/city"
)

// Limits. Where no norm states one, they are a first choice of ours, stated in
// docs/quality.md with what they come to.
const (
	nearEnough    = 100.0            // metres from the point of work
	accuracyLimit = 150.0            // metres; beyond it a place says little
	farTooFar     = 1000.0           // metres
	clockSlack    = 10 * time.Minute // clocks of phones differ
	lateArrival   = 7 * 24 * time.Hour
	exifApart     = 15 * time.Minute
	gpsApart      = 250.0 // metres between the camera's and the phone's position
	paintedLimit  = 8.0   // blocks of 16 pixels, see picture.Painted
	copiedLimit   = 14.0  // squares 8 pixels apart, see picture.Copied
	noiseLimit    = 0.15  // see picture.NoiseLevel
	sharpLimit    = 3.0   // see picture.Legible
	darkLimit     = 30.0
	lightLimit    = 245.0
	spreadLimit   = 8.0
)

func result(name city.ProofCheckName, outcome string, words city.Said) city.ProofCheck {
	return city.ProofCheck{Name: name, Outcome: outcome, Said: words}
}

func measured(c city.ProofCheck, score, limit float64) city.ProofCheck {
	score = math.Round(score*100) / 100
	c.Score, c.Limit = &score, &limit
	return c
}

func lookAt(c city.ProofCheck, id, en string) city.ProofCheck {
	c.LookAt = new(said(id, en))
	return c
}

func checkToken(e Evidence) city.ProofCheck {
	const n = city.CheckToken
	switch e.Token {
	case "good":
		return result(n, Good, said("Foto diambil di dalam aplikasi dengan kode sekali pakai.", "The picture was taken inside the app with a one-time code."))
	case "expired":
		return result(n, Doubtful, said("Kode sekali pakai sudah lewat masanya.", "The one-time code had expired."))
	case "used":
		return lookAt(result(n, Bad, said("Kode sekali pakai sudah dipakai foto lain.", "The one-time code was used for another picture.")),
			"Bandingkan dengan foto lain pada disposisi ini.", "Compare with the other pictures of this disposition.")
	case "foreign":
		return result(n, Bad, said("Kode sekali pakai bukan milik pejabat atau disposisi ini.", "The one-time code is not this officer's or not of this disposition."))
	}
	return result(n, Doubtful, said("Foto datang tanpa kode sekali pakai.", "The picture came without a one-time code."))
}

// Distance is metres between two points on a sphere of 6371,0088 km (haversine;
// IUGG mean radius).
func Distance(a, b Point) float64 {
	const radius, degree = 6371008.8, math.Pi / 180
	dLat, dLon := (b.Lat-a.Lat)*degree, (b.Lon-a.Lon)*degree
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(a.Lat*degree)*math.Cos(b.Lat*degree)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h)))
}

func checkPlace(e Evidence) city.ProofCheck {
	const n = city.CheckPlace
	phone := e.Phone
	if phone == nil && e.Sight.Metadata.Lat != nil {
		phone = &Point{*e.Sight.Metadata.Lon, *e.Sight.Metadata.Lat}
	}
	if phone == nil {
		return lookAt(result(n, Doubtful, said("Foto datang tanpa lokasi.", "The picture came without a place.")),
			"Cocokkan latar foto dengan lokasi pekerjaan.", "Compare what stands behind with the place of the work.")
	}
	if m := e.Sight.Metadata; e.Phone != nil && m.Lat != nil {
		if d := Distance(*e.Phone, Point{*m.Lon, *m.Lat}); d > gpsApart+e.Accuracy {
			return measured(result(n, Bad, said(fmt.Sprintf("Lokasi dalam berkas foto berjarak %s dari lokasi ponsel.", metres(d)),
				fmt.Sprintf("The place written in the picture is %s from the phone's.", metresEN(d)))), d, gpsApart)
		}
	}
	if e.Work == nil {
		return checkArea(e)
	}
	d := Distance(*phone, *e.Work)
	slack := nearEnough + math.Min(e.Accuracy, accuracyLimit)
	switch {
	case d > farTooFar+e.Accuracy:
		return measured(result(n, Bad, said(fmt.Sprintf("Foto diambil %s dari lokasi pekerjaan.", metres(d)), fmt.Sprintf("The picture was taken %s from the place of the work.", metresEN(d)))), d, slack)
	case d > slack:
		return measured(lookAt(result(n, Doubtful, said(fmt.Sprintf("Foto diambil %s dari lokasi pekerjaan.", metres(d)), fmt.Sprintf("The picture was taken %s from the place of the work.", metresEN(d)))),
			"Cocokkan latar foto dengan lokasi pekerjaan.", "Compare what stands behind with the place of the work."), d, slack)
	case e.Accuracy > accuracyLimit:
		return measured(result(n, Doubtful, said(fmt.Sprintf("Lokasi ponsel hanya teliti sampai %s.", metres(e.Accuracy)), fmt.Sprintf("The phone's place is only good to %s.", metresEN(e.Accuracy)))), e.Accuracy, accuracyLimit)
	}
	return measured(result(n, Good, said(fmt.Sprintf("Diambil %s dari lokasi pekerjaan.", metres(d)), fmt.Sprintf("Taken %s from the place of the work.", metresEN(d)))), d, slack)
}

func checkArea(e Evidence) city.ProofCheck {
	const n = city.CheckPlace
	switch {
	case e.AreaName == "":
		return result(n, Unchecked, said("Disposisi tidak menyebut lokasi.", "The disposition states no place."))
	case e.InArea:
		return result(n, Good, said(fmt.Sprintf("Diambil di wilayah %s.", e.AreaName), fmt.Sprintf("Taken in %s.", e.AreaName)))
	}
	return lookAt(result(n, Bad, said(fmt.Sprintf("Foto diambil di luar wilayah %s.", e.AreaName), fmt.Sprintf("The picture was taken outside %s.", e.AreaName))),
		"Cocokkan latar foto dengan lokasi pekerjaan.", "Compare what stands behind with the place of the work.")
}

func metres(d float64) string {
	if d < 1000 {
		return fmt.Sprintf("%.0f meter", d)
	}
	return strings.ReplaceAll(fmt.Sprintf("%.1f km", d/1000), ".", ",")
}

func metresEN(d float64) string {
	if d < 1000 {
		return fmt.Sprintf("%.0f m", d)
	}
	return fmt.Sprintf("%.1f km", d/1000)
}

// cameraTime is EXIF's time of taking; a camera without an offset is taken to
// show the city's.
func cameraTime(e Evidence) (time.Time, bool) {
	m := e.Sight.Metadata
	if m.Offset != "" {
		if t, err := time.Parse("2006:01:02 15:04:05 -07:00", m.Taken+" "+m.Offset); err == nil {
			return t, true
		}
	}
	zone := e.Zone
	if zone == nil {
		zone = time.UTC
	}
	t, err := time.ParseInLocation("2006:01:02 15:04:05", m.Taken, zone)
	return t, err == nil
}

func checkTime(e Evidence) city.ProofCheck {
	const n = city.CheckTime
	if e.TakenAt == nil {
		return result(n, Doubtful, said("Waktu pengambilan tidak disebut.", "When it was taken is not stated."))
	}
	taken := *e.TakenAt
	if t, ok := cameraTime(e); ok {
		if d := t.Sub(taken).Abs(); d > exifApart {
			return measured(lookAt(result(n, Bad, said(fmt.Sprintf("Waktu dalam berkas foto berbeda %s dari waktu ponsel.", span(d)), fmt.Sprintf("The time written in the picture differs by %s from the phone's.", spanEN(d)))),
				"Foto mungkin dari hari lain: periksa cuaca, bayangan, dan keadaan sekitar.", "It may be of another day: look at weather, shadows and surroundings."), d.Minutes(), exifApart.Minutes())
		}
	}
	begun := e.SentAt
	if e.AcceptedAt != nil && e.Stage != "before" {
		begun = *e.AcceptedAt
	}
	switch {
	case taken.After(e.ReceivedAt.Add(clockSlack)):
		return result(n, Doubtful, said("Jam ponsel lebih cepat daripada jam peladen.", "The phone's clock is ahead of the server's."))
	case taken.Before(e.SentAt.Add(-clockSlack)):
		return result(n, Bad, said("Foto diambil sebelum disposisi dikirim.", "The picture was taken before the disposition was sent."))
	case taken.Before(begun.Add(-clockSlack)):
		return result(n, Doubtful, said("Foto diambil sebelum disposisi diterima.", "The picture was taken before the disposition was accepted."))
	case e.ReceivedAt.Sub(taken) > lateArrival:
		return measured(result(n, Doubtful, said(fmt.Sprintf("Foto baru tiba %s setelah diambil.", span(e.ReceivedAt.Sub(taken))), fmt.Sprintf("The picture arrived %s after it was taken.", spanEN(e.ReceivedAt.Sub(taken))))),
			e.ReceivedAt.Sub(taken).Hours(), lateArrival.Hours())
	}
	return result(n, Good, said("Diambil setelah disposisi diterima; jam-jamnya cocok.", "Taken after the disposition was accepted; the clocks agree."))
}

func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.0f hari", d.Hours()/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%.0f jam", d.Hours())
	}
	return fmt.Sprintf("%.0f menit", d.Minutes())
}

func spanEN(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%.0f hours", d.Hours())
	}
	return fmt.Sprintf("%.0f minutes", d.Minutes())
}

func checkDevice(e Evidence) city.ProofCheck {
	const n = city.CheckDevice
	switch {
	case e.Device == "":
		return result(n, Doubtful, said("Ponsel tidak dikenal.", "The phone is not known."))
	case len(e.Devices) == 0:
		return result(n, Unchecked, said("Bukti pertama dari pejabat ini; belum ada pembanding.", "This officer's first proof; there is none to compare with."))
	case slices.Contains(e.Devices, e.Device):
		return result(n, Good, said("Ponsel yang biasa dipakai pejabat ini.", "The phone this officer usually uses."))
	}
	return result(n, Doubtful, said("Ponsel ini belum pernah dipakai pejabat ini.", "This officer has not used this phone before."))
}

func checkSame(e Evidence) city.ProofCheck {
	const n = city.CheckSame
	if len(e.Same) == 0 {
		return result(n, Good, said(fmt.Sprintf("Tidak sama dengan %s foto terdahulu yang dibandingkan.", thousands(e.Compared)), fmt.Sprintf("Not the same as any of %d earlier pictures.", e.Compared)))
	}
	a := e.Same[0]
	var c city.ProofCheck
	switch {
	case a.Exact:
		c = result(n, Bad, said(fmt.Sprintf("Berkas yang sama persis dengan bukti nomor %d.", a.ProofID), fmt.Sprintf("The very file of proof number %d.", a.ProofID)))
	case a.ReportID != 0:
		c = result(n, Doubtful, said(fmt.Sprintf("Mirip sekali dengan foto laporan nomor %d.", a.ReportID), fmt.Sprintf("Very like the picture of report number %d.", a.ReportID)))
		return lookAt(c, "Bandingkan dengan foto pelapor: foto perbaikan tidak mungkin sama.", "Compare with the reporter's picture: one of the repair cannot be the same.")
	default:
		how, howEN, limit := "potongan, cermin, atau salinan", "cut, mirrored or pressed again", sameLimit
		switch {
		case a.Likeness.Screen:
			how, howEN, limit = "difoto ulang dari layar atau cetakan", "photographed again from a screen or print", picture.ScreenSameLimit
		case a.Likeness.Mirrored:
			how, howEN = "cermin", "mirrored"
		}
		c = measured(result(n, Bad, said(fmt.Sprintf("Foto yang sama dengan bukti nomor %d (%s).", a.ProofID, how), fmt.Sprintf("The same picture as proof number %d (%s).", a.ProofID, howEN))), a.Likeness.Same, limit)
		c.Region = &a.Likeness.Region
	}
	c.Like = a.ProofID
	return lookAt(c, "Letakkan kedua foto berdampingan: bayangan, daun, dan kendaraan yang sama tidak terulang.", "Put both side by side: the same shadows, leaves and vehicles do not come again.")
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return s
}
