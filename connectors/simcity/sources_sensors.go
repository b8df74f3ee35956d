package simcity

// sensorSources are the sources that the declarative connector reads by its
// ready-made mappings: the sensor feeds and DPUPR's "Jalan Peduli".
func sensorSources(base string) []Source {
	list := []Source{
		source("sim-jalan-peduli", "Jalan Peduli DPUPR (simulasi)", "httpjson", "@every 1m", 86400, "DPUPR", map[string]any{
			"template": "pupr-jalan-peduli", "params": map[string]string{"base_url": base + "/jalan-peduli"},
		}),
	}
	for _, f := range []struct {
		feed, name, owner string
		expect            int
	}{
		{"rain", "Penakar hujan (simulasi)", "BPBD", 1800},
		{rainDaily, "Hujan harian (simulasi)", "BPBD", 86400},
		{"water", "Tinggi muka air (simulasi)", "BPBD", 1800},
		{"prices", "Harga pangan (simulasi)", "Dinas Perdagangan", 1800},
		{"traffic", "Kecepatan jalan utama (simulasi)", "Dishub", 1800},
		{"pm25", "Kualitas udara (simulasi)", "DLH", 1800},
		{"hospital", "Keterisian rumah sakit (simulasi)", "Dinkes", 1800},
	} {
		list = append(list, source("sim-"+f.feed, f.name, "httpjson", "@every 30s", f.expect, f.owner, map[string]any{
			"template": "simcity-sensor", "params": map[string]string{"base_url": base, "feed": f.feed},
		}))
	}
	return list
}
