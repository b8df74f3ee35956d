package connectors_test

import (
	"encoding/json"
	"strings"
	"testing"

	"balaikota/connectors"
)

func TestDecodeXMLTree(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want string }{
		"records":      {`<?xml version="1.0"?><D><R><A> 1 </A><B/></R><R><A>2</A></R></D>`, `{"D":{"R":[{"A":"1","B":""},{"A":"2"}]}}`},
		"one declared": {`<D><R><A>1</A></R></D>`, `{"D":{"R":[{"A":"1"}]}}`},
		"one alone":    {`<D><S><A>1</A></S></D>`, `{"D":{"S":{"A":"1"}}}`},
		"attributes":   {`<D xmlns="urn:a" xmlns:x="urn:b"><x:S x:id="7" n="">teks &amp; tanda</x:S></D>`, `{"D":{"S":{"#text":"teks \u0026 tanda","@id":"7","@n":""}}}`},
		"mixed":        {`<D>a<S>b</S>c</D>`, `{"D":{"#text":"ac","S":"b"}}`},
		"latin":        {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><D>caf\xe9</D>", `{"D":"café"}`},
		"cdata":        {`<D><![CDATA[<b>]]></D>`, `{"D":"\u003cb\u003e"}`},
		"of a record":  {`<R><A>1</A></R>`, `{"R":{"A":"1"}}`},
	} {
		got, err := connectors.DecodeXMLTree([]byte(tc.in), "", []string{"R"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if text, err := json.Marshal(got); err != nil || string(text) != tc.want {
			t.Errorf("%s: %s, want %s (%v)", name, text, tc.want, err)
		}
	}
	for name, in := range map[string]string{
		"doctype": `<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d>&e;</d>`, "entity": `<d>&e;</d>`, "deep": strings.Repeat("<a>", 70) + strings.Repeat("</a>", 70),
		"open": `<a><b></a>`, "nothing": ` `, "two": `<a/><b/>`, "json": `{"a":1}`, "many": "<a>" + strings.Repeat("<b/>", 1_000_001) + "</a>",
	} {
		if got, err := connectors.DecodeXMLTree([]byte(in), "", nil); err == nil || connectors.Explain(err).Key != string(connectors.FailMalformed) {
			t.Errorf("%s: %.60v, %v", name, got, err)
		}
	}
}

func FuzzDecodeXMLTree(f *testing.F) {
	for _, s := range []string{`<D><R a="1">x</R><R/></D>`, `<a xmlns:b="c"><b:d/></a>`, "\xff\xfe<\x00", `<!DOCTYPE a><a/>`} {
		f.Add([]byte(s), "text/xml; charset=utf-8")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		got, err := connectors.DecodeXMLTree(body, contentType, []string{"R"})
		if err != nil {
			return
		}
		if _, err := json.Marshal(got); err != nil {
			t.Errorf("it is no tree as JSON has them: %v", err)
		}
	})
}
