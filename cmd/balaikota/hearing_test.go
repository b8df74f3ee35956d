package main

import (
	"bytes"
	wire "encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// audio is mono samples between -1 and 1.
type audio struct {
	rate    int
	samples []float64
}

func (s audio) seconds() float64 { return float64(len(s.samples)) / float64(s.rate) }

func (s audio) loudest() (most float64) {
	for _, v := range s.samples {
		most = max(most, math.Abs(v))
	}
	return most
}

// say has espeak-ng say an Indonesian sentence.
func say(t *testing.T, sentence string) audio {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "espeak-ng", "-v", "id", "-s", "220", "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(sentence)
	wav, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	s, err := decodeWAV(wav)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// decodeWAV reads 16-bit mono PCM with a plain header of 44 bytes; the sizes
// of a file that was streamed are not believed.
func decodeWAV(wav []byte) (audio, error) {
	if len(wav) < 44 || string(wav[:4]) != "RIFF" || string(wav[8:16]) != "WAVEfmt " || string(wav[36:40]) != "data" {
		return audio{}, errors.New("not a plain WAV file")
	}
	le := wire.LittleEndian
	if format, channels, bits := le.Uint16(wav[20:]), le.Uint16(wav[22:]), le.Uint16(wav[34:]); format != 1 || channels != 1 || bits != 16 {
		return audio{}, fmt.Errorf("format %d, %d channels, %d bits", format, channels, bits)
	}
	s := audio{rate: int(le.Uint32(wav[24:]))}
	for data := wav[44:]; len(data) >= 2; data = data[2:] {
		s.samples = append(s.samples, float64(int16(le.Uint16(data)))/32768)
	}
	return s, nil
}

// at returns the sound at another rate, with silence before and after.
func (s audio) at(rate int, before, after float64) audio {
	out := audio{rate: rate, samples: make([]float64, int(before*float64(rate)))}
	for i := range int(s.seconds()*float64(rate)) - 1 {
		x := float64(i) * float64(s.rate) / float64(rate)
		k := min(int(x), len(s.samples)-2)
		out.samples = append(out.samples, s.samples[k]+(x-float64(k))*(s.samples[k+1]-s.samples[k]))
	}
	out.samples = append(out.samples, make([]float64, int(after*float64(rate)))...)
	return out
}

// wav encodes the sound as 16-bit PCM.
func (s audio) wav() []byte {
	var b bytes.Buffer
	le := wire.LittleEndian
	n := uint32(2 * len(s.samples))
	b.WriteString("RIFF")
	_ = wire.Write(&b, le, 36+n)
	b.WriteString("WAVEfmt ")
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(s.rate), uint32(2 * s.rate), uint16(2), uint16(16)} {
		_ = wire.Write(&b, le, v) // a buffer takes everything
	}
	b.WriteString("data")
	_ = wire.Write(&b, le, n)
	for _, v := range s.samples {
		_ = wire.Write(&b, le, int16(math.Round(32767*max(-1, min(1, v)))))
	}
	return b.Bytes()
}

const (
	bands     = 12
	perBand   = 3
	hop       = 0.01 // seconds
	window    = 0.032
	lowestHz  = 180.0
	highestHz = 3800.0
)

// spectrum is the logarithm of the sound's power in bands over time, each
// band's mean taken out, so that how loud and how coloured a microphone is
// does not count.
func (s audio) spectrum() [][bands]float64 {
	n := int(window * float64(s.rate))
	var rows [][bands]float64
	for start := 0; start+n <= len(s.samples); start += int(hop * float64(s.rate)) {
		var row [bands]float64
		for k := range row {
			power := 1e-7
			for j := range perBand {
				power += s.power(start, n, lowestHz*math.Pow(highestHz/lowestHz, (float64(k)+float64(j)/perBand)/bands))
			}
			row[k] = math.Log(power)
		}
		rows = append(rows, row)
	}
	return rows
}

// power is the power at a frequency (Goertzel 1958), through a Hann window.
func (s audio) power(start, n int, hz float64) float64 {
	c := 2 * math.Cos(2*math.Pi*hz/float64(s.rate))
	var a, b float64
	for i := range n {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(n))
		a, b = w*s.samples[start+i]+c*a-b, a
	}
	return (a*a + b*b - c*a*b) / float64(n*n)
}

// likeness is how well a fixture's spectrum runs along a recording's, from 1 for
// the same sound down to 0. Pieces of either may be passed over, for a busy
// machine loses some of a recording: the best alignment with affine gaps (Gotoh
// 1982), each pair of moments worth the cosine of their spectra, each gap
// costing gapOpens, and silence before and after costing nothing.
func likeness(recording, fixture [][bands]float64) float64 {
	r, f := directions(recording), directions(fixture)
	const never = -1e9
	// along ends with a pair, lost with moments of the fixture passed over,
	// other with moments of the recording.
	type state struct{ along, lost, other float64 }
	before, row := make([]state, len(r)+1), make([]state, len(r)+1)
	for j := range before {
		before[j] = state{0, never, never}
	}
	best := 0.0
	for i := range f {
		row[0] = state{never, 0, never} // its beginning may be lost
		for j := range r {
			var worth float64
			for k := range bands {
				worth += f[i][k] * r[j][k]
			}
			d, up, left := before[j], before[j+1], row[j]
			row[j+1] = state{
				along: worth + max(d.along, d.lost, d.other),
				lost:  max(up.along-gapOpens, up.lost),
				other: max(left.along-gapOpens, left.other),
			}
			best = max(best, row[j+1].along)
		}
		before, row = row, before
	}
	return best / float64(len(f))
}

// gapOpens keeps a wrong sound from being pieced together out of moments that
// happen to be alike: a gap must pay.
const gapOpens = 3.0

// directions are a spectrum's moments about the mean of their bands, each of
// length 1; where hardly anything is heard, none.
func directions(x [][bands]float64) [][bands]float64 {
	var mean [bands]float64
	for _, row := range x {
		for k, v := range row {
			mean[k] += v / float64(len(x))
		}
	}
	out := make([][bands]float64, len(x))
	for i, row := range x {
		var length float64
		for k, v := range row {
			out[i][k] = v - mean[k]
			length += out[i][k] * out[i][k]
		}
		for k := range bands {
			out[i][k] /= math.Sqrt(length) + 1e-9
		}
	}
	return out
}

// transcriptionDouble is a TEST DOUBLE of a transcription service. It knows
// the test's own recordings by their spectrum and returns their texts; it
// proves that the right sound came from the microphone to the service and its
// text back, and says nothing about how well any recogniser hears.
type transcriptionDouble struct {
	url      string
	fixtures []fixture

	mu      sync.Mutex
	fault   string // "", "500" or "hang"
	took    int
	wrong   []string // what was not as a service wants it
	scores  []string
	release chan struct{}
}

type fixture struct {
	text     string // what the double answers
	spectrum [][bands]float64
}

// recognised is the least likeness at which the double answers, if it stands
// before the next by ahead: the right sound comes to 0.9, with a tenth of it
// lost to 0.65, with a fifth to 0.5; other words come to 0.5, a beep to 0.2.
const (
	recognised = 0.52
	ahead      = 0.03
)

func newTranscriptionDouble(t *testing.T) *transcriptionDouble {
	t.Helper()
	d := &transcriptionDouble{release: make(chan struct{})}
	h := httptest.NewServer(http.HandlerFunc(d.serve))
	t.Cleanup(func() { close(d.release); h.Close() })
	d.url = h.URL + "/v1"
	return d
}

func (d *transcriptionDouble) fail(fault string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = fault
}

func (d *transcriptionDouble) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.took
}

func (d *transcriptionDouble) serve(w http.ResponseWriter, r *http.Request) {
	wav, err := d.recordingOf(r)
	d.mu.Lock()
	d.took++
	if err != nil {
		d.wrong = append(d.wrong, err.Error())
	}
	fault := d.fault
	d.mu.Unlock()
	switch {
	case fault == "hang":
		select {
		case <-d.release:
		case <-r.Context().Done():
		}
	case fault == "500" || err != nil:
		http.Error(w, "rusak", http.StatusInternalServerError)
	default:
		_ = json.NewEncoder(w).Encode(map[string]string{"text": d.recognise(wav)}) // a client that is gone
	}
}

// recordingOf checks a request as OpenAI's API has it, and the sound's form.
func (d *transcriptionDouble) recordingOf(r *http.Request) (audio, error) {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || r.URL.Path != "/v1/audio/transcriptions" || r.Header.Get("Authorization") != "Bearer kunci-uji" {
		return audio{}, fmt.Errorf("a request to %s with %q (%w)", r.URL.Path, r.Header.Get("Content-Type"), err)
	}
	form, err := multipart.NewReader(r.Body, params["boundary"]).ReadForm(4 << 20)
	if err != nil {
		return audio{}, err
	}
	if form.Value["language"][0] != "id" || form.Value["model"][0] != "tiruan" || len(form.File["file"]) != 1 {
		return audio{}, fmt.Errorf("the form holds %v", form.Value)
	}
	f, err := form.File["file"][0].Open()
	if err != nil {
		return audio{}, err
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		return audio{}, err
	}
	s, err := decodeWAV(raw)
	if err == nil && s.rate != 16000 {
		err = fmt.Errorf("%d Hz", s.rate)
	}
	return s, err
}

// recognise returns the text of the fixture that the recording is, or nothing.
func (d *transcriptionDouble) recognise(s audio) string {
	heard := s.spectrum()
	best, second, text := 0.0, 0.0, ""
	for _, f := range d.fixtures {
		switch score := likeness(heard, f.spectrum); {
		case score > best:
			best, second, text = score, best, f.text
		case score > second:
			second = score
		}
	}
	d.mu.Lock()
	d.scores = append(d.scores, fmt.Sprintf("%.3f (next %.3f)", best, second))
	d.mu.Unlock()
	if best < recognised || best-second < ahead {
		return ""
	}
	return text
}
