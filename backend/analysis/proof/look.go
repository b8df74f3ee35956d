package proof

import (
	"fmt"
	"math"

	"balaikota/backend/analysis/picture"
	"balaikota/backend/city"
)

const (
	sameLimit = picture.SameLimit
	peakLimit = picture.ScreenLimit
)

func checkView(e Evidence) city.ProofCheck {
	const n = city.CheckView
	switch {
	case e.Stage == "before":
		return result(n, Unchecked, said("Ini foto sebelum pekerjaan.", "This is the picture before the work."))
	case e.Before == nil:
		return result(n, Unchecked, said("Tidak ada foto sebelum pekerjaan untuk dibandingkan.", "There is no picture before the work to compare with."))
	case e.Before.Same():
		c := measured(result(n, Good, said("Sudut pandang sama dengan foto sebelum pekerjaan.", "The same view as the picture before the work.")), float64(e.Before.Matches), picture.SameViewMatches)
		c.Like = e.BeforeID
		return c
	}
	c := measured(result(n, Doubtful, said("Sudut pandang tidak dapat dicocokkan dengan foto sebelum pekerjaan.", "The view could not be matched with the picture before the work.")), float64(e.Before.Matches), picture.SameViewMatches)
	c.Like = e.BeforeID
	return lookAt(c, "Cari bangunan, tiang, atau pohon yang sama pada kedua foto.", "Look for the same building, pole or tree in both.")
}

func checkEdited(e Evidence) city.ProofCheck {
	const n = city.CheckEdited
	m := e.Sight.Metadata
	switch {
	case m.Generator != "":
		return lookAt(result(n, Bad, said(fmt.Sprintf("Berkas menyebut dirinya dibuat oleh mesin (%s).", m.Generator), fmt.Sprintf("The file says of itself that it was made by a machine (%s).", m.Generator))),
			"Periksa tulisan, pola, dan tepi benda yang ganjil.", "Look for odd writing, patterns and edges.")
	case m.Editor != "":
		return lookAt(result(n, Doubtful, said(fmt.Sprintf("Berkas menyebut program penyunting (%s).", m.Editor), fmt.Sprintf("The file names an editing program (%s).", m.Editor))),
			"Minta foto asli dari ponsel.", "Ask for the original from the phone.")
	}
	if t := e.Sight.Copied; t.Score >= copiedLimit {
		c := measured(result(n, Doubtful, said("Satu bagian foto muncul dua kali sampai ke tekstur terkecilnya.", "A part of the picture stands in it twice, down to its finest texture.")), t.Score, copiedLimit)
		c.Region = &t.Region
		return lookAt(c, "Periksa apakah bagian yang ditandai menutupi kerusakan.", "Look whether the marked part covers the damage.")
	}
	if t := e.Sight.Painted; t.Score >= paintedLimit {
		c := measured(result(n, Doubtful, said("Satu bagian foto tidak memiliki derau kamera seperti bagian lain.", "A part of the picture has none of the camera's noise that the rest has.")), t.Score, paintedLimit)
		c.Region = &t.Region
		return lookAt(c, "Periksa apakah bagian yang ditandai dihapus atau dilukis.", "Look whether the marked part was wiped or painted.")
	}
	if s := e.Sight.Noise; !math.IsNaN(s) && s < noiseLimit && m.Coarse < 12 {
		return measured(lookAt(result(n, Doubtful, said("Foto hampir tanpa derau kamera.", "The picture has hardly any of a camera's noise.")),
			"Periksa apakah gambar ini hasil kamera atau hasil olahan.", "Look whether a camera took this or a program made it."), s, noiseLimit)
	}
	return result(n, Good, said("Tidak ditemukan jejak penyuntingan.", "No traces of editing were found."))
}

func checkMetadata(e Evidence) city.ProofCheck {
	const n = city.CheckMetadata
	m := e.Sight.Metadata
	switch {
	case m.Provenance:
		return lookAt(result(n, Doubtful, said("Berkas memuat keterangan asal (C2PA) yang tidak diperiksa di sini.", "The file carries a statement of origin (C2PA) that is not verified here.")),
			"Buka keterangan asal dengan alat C2PA.", "Open the statement with a C2PA tool.")
	case m.Taken != "" && m.Changed != "" && m.Changed > m.Taken && m.Changed[:min(10, len(m.Changed))] != m.Taken[:min(10, len(m.Taken))]:
		return result(n, Doubtful, said("Berkas diubah pada hari lain setelah foto diambil.", "The file was changed on a day after the picture was taken."))
	case m.Empty():
		return result(n, Unchecked, said("Berkas tidak memuat keterangan kamera; biasa untuk foto dari dalam aplikasi.", "The file has no words of a camera; usual for a picture from inside the app."))
	}
	return result(n, Good, said("Keterangan kamera lengkap dan tidak bertentangan.", "The camera's words are there and do not contradict."))
}

func checkScreen(e Evidence) city.ProofCheck {
	const n = city.CheckScreen
	if p := e.Sight.Peak; p >= peakLimit {
		return measured(lookAt(result(n, Doubtful, said("Ada pola kisi seperti foto dari layar atau cetakan.", "There is a grid as in a picture of a screen or print.")),
			"Cari tepi layar, pantulan, dan garis-garis halus.", "Look for a screen's edge, glare and fine lines."), p, peakLimit)
	}
	return measured(result(n, Good, said("Tidak ada tanda foto dari layar.", "No sign of a picture of a screen.")), e.Sight.Peak, peakLimit)
}

func checkLegible(e Evidence) city.ProofCheck {
	const n = city.CheckLegible
	l := e.Sight.Legibility
	switch {
	case l.Spread < spreadLimit:
		return measured(result(n, Bad, said("Foto hampir satu warna; tidak memperlihatkan apa pun.", "The picture is nearly of one colour; it shows nothing.")), l.Spread, spreadLimit)
	case l.Mean < darkLimit:
		return measured(result(n, Doubtful, said("Foto terlalu gelap.", "The picture is too dark.")), l.Mean, darkLimit)
	case l.Mean > lightLimit:
		return measured(result(n, Doubtful, said("Foto terlalu terang.", "The picture is too light.")), l.Mean, lightLimit)
	case l.Sharp < sharpLimit:
		return measured(result(n, Doubtful, said("Foto buram.", "The picture is blurred.")), l.Sharp, sharpLimit)
	}
	return measured(result(n, Good, said("Foto cukup tajam dan terang.", "The picture is sharp and bright enough.")), l.Sharp, sharpLimit)
}
