package syndication

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

const address = "https://kabar.contoh.invalid/umpan/terbaru"

const rss2 = `<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:georss="http://www.georss.org/georss" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Kabar</title>
<item><title>Jalan &amp;lt;b&amp;gt; amblas</title><media:title>Judul gambar</media:title><link>/baca/1</link><guid isPermaLink="false">k-1</guid><pubDate>Sab, 21 Nov 2026 12:00:00 +0800</pubDate>
<dc:creator>Redaksi</dc:creator><category>Jalan</category><category>Samarinda</category><description>Ringkas</description>
<content:encoded><![CDATA[<p>Jalan&nbsp;amblas<script>alert("x")</script> di <a href="javascript:1">simpang</a>.</p><style>p{}</style><p>Dua lajur   ditutup.</p>]]></content:encoded>
<media:content url="https://gambar.contoh.invalid/1.jpg" medium="image"/><georss:point>-0.5 117.15</georss:point></item>
<item><title>Tanpa nomor</title><link>https://kabar.contoh.invalid/baca/2</link><enclosure url="/2.png" type="image/png" length="1"/></item>
<item><description>Tak dapat dibedakan</description></item>
</channel></rss>`

const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">Kabar</title>
<entry><id>urn:a:1</id><title type="html">Satu &lt;em&gt;dua&lt;/em&gt;</title><updated>2026-11-21T05:00:00Z</updated><published>2026-11-21T12:00:00+08:00</published>
<link rel="self" href="/atom/1"/><link rel="alternate" type="text/html" href="/baca/1"/><link type="application/cap+xml" href="cap/1.xml"/><category term="banjir"/><author><name>Warga</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Air <b>naik</b> &lt;lagi&gt;<br/>di sini</div></content></entry></feed>`

const rss1 = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#">
<channel><title>Lama</title></channel><item rdf:about="https://kabar.contoh.invalid/r/1"><title>Satu</title><link>https://kabar.contoh.invalid/r/1</link><dc:date>2026-11-21T12:00:00+08:00</dc:date><geo:lat>-0.5</geo:lat><geo:long>117.15</geo:long></item></rdf:RDF>`

func TestFeedsOfAllFormsBecomeTheSame(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	for name, text := range map[string]string{"rss2": rss2, "atom": atom, "rss1": rss1} {
		f, err := Parse([]byte(text), "", address)
		if err != nil || len(f.Entries) == 0 {
			t.Fatalf("%s: %+v, %v", name, f, err)
		}
		if e := f.Entries[0]; !e.Published.Equal(noon) {
			t.Errorf("%s: published %v", name, e.Published)
		}
	}
	f, _ := Parse([]byte(rss2), "", address)
	e := f.Entries[0]
	if len(f.Entries) != 2 || e.ID != "k-1" || e.Title != "Jalan <b> amblas" || e.Text != "Jalan amblas di simpang.\nDua lajur ditutup." || e.Link != "https://kabar.contoh.invalid/baca/1" ||
		e.Picture != "https://gambar.contoh.invalid/1.jpg" || strings.Join(e.Categories, "|") != "Jalan|Samarinda" || e.Author != "Redaksi" || *e.Lon != 117.15 || *e.Lat != -0.5 {
		t.Errorf("rss2: %d entries, %+v", len(f.Entries), e)
	}
	if second := f.Entries[1]; second.ID != second.Link || second.Picture != "https://kabar.contoh.invalid/2.png" {
		t.Errorf("rss2: %+v", second)
	}
	f, _ = Parse([]byte(atom), "", address)
	e = f.Entries[0]
	if e.ID != "urn:a:1" || e.Title != "Satu dua" || e.Text != "Air naik <lagi>\ndi sini" || e.Link != "https://kabar.contoh.invalid/baca/1" ||
		e.Documents["application/cap+xml"] != "https://kabar.contoh.invalid/umpan/cap/1.xml" || e.Categories[0] != "banjir" || !e.Updated.Equal(noon.Add(time.Hour)) {
		t.Errorf("atom: %+v", e)
	}
}

func TestWhatIsNoFeedIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{}", "<html><body>Sedang dirawat</body></html>", "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss><channel><item><guid>&a;</guid></item></channel></rss>"} {
		if f, err := Parse([]byte(text), "", address); err == nil {
			t.Errorf("%q gives %+v", text, f)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{rss2, atom, rss1} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		feed, err := Parse(body, "", address)
		if err != nil {
			return
		}
		for _, e := range feed.Entries {
			if e.ID == "" || len(e.ID) > 500 || !utf8.ValidString(e.Title+e.Text) || len(e.Text) > mostText+100 {
				t.Errorf("accepted %+v", e)
			}
			for _, a := range []string{e.Link, e.Picture} {
				if a != "" && !strings.HasPrefix(a, "http") {
					t.Errorf("an address that is none of the web: %q", a)
				}
			}
		}
	})
}

func FuzzPlain(f *testing.F) {
	f.Add(`<p>a<script>b</script>c</p>`)
	f.Fuzz(func(t *testing.T, text string) {
		if s := Plain(text); !utf8.ValidString(s) || strings.Contains(s, "\n\n") || xml.EscapeText(&strings.Builder{}, []byte(s)) != nil {
			t.Errorf("%q becomes %q", text, s)
		}
	})
}
