package sqlquery

import (
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

func TestRowsReadTwiceAreStoredOnce(t *testing.T) {
	t.Parallel()
	db := mariadb(t)
	db.complaints(t, 30)
	config := db.config(t, "page_size: 12", "query: select nomor, dibuat, isi, diubah from data where diubah >= timestamp(:since) - interval 3 minute order by diubah")
	s := storetest.New(t, storetest.WithClock(connectortest.Moment))
	storetest.Source(t, s, func(src *city.Source) { src.Connector, src.Config = "sqlquery", config })
	runner := connectors.NewRunner(connectors.NewRegistry(Spec), s, connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment()), nil, connectors.RunLimits{})
	once := func() city.Tally {
		src, err := s.Source(t.Context(), "uji")
		if err != nil {
			t.Fatal(err)
		}
		tally, _, err := runner.RunOnce(t.Context(), src)
		if err != nil {
			t.Fatal(err)
		}
		return tally
	}
	if tally := once(); tally.Added != 30 || tally.Changed != 0 {
		t.Errorf("of 30 rows came %+v", tally)
	}
	db.do(t, "UPDATE data SET isi = 'diperbaiki' WHERE nomor = 29")
	if tally := once(); tally.Added != 0 || tally.Changed != 1 || tally.Unchanged != 3 {
		t.Errorf("looking back over three minutes came %+v", tally)
	}
}
