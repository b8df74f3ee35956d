// Package localdb owns the private Postgres that serves when DATABASE_URL is
// not set: finding the server's programs, creating the cluster, starting,
// sharing and stopping the server, and its two roles.
//
// One data folder (BALAIKOTA_DATA) has one cluster, used by any number of our
// processes at once. The cluster listens on a Unix socket only, and lets in
// nobody but root and the account it runs as. It never deletes, upgrades or
// takes over a folder that it did not make itself.
//
// Inside the data folder:
//
//	postgres.lock       held for the moment in which a process starts or stops the server
//	postgres/           the home of the cluster, or
//	postgres.location   where that home is, when the server's account cannot enter this folder
//
// Inside the home:
//
//	balaikota.json      our mark: without it we touch nothing
//	users.lock          held shared by every process that uses the server; the last one out stops it
//	watch.lock          held by the process that StopWhenUnused (for tests) runs in
//	data/               the cluster (PGDATA)
//	data.new-*          an initdb that has not finished; removed by the next start
//	log/                the server's log, seven files, one per weekday
//	run/                the socket, unless its path would be too long
//
// The package works on Unix systems. It imports the standard library and pgx
// and nothing of ours.
package localdb
