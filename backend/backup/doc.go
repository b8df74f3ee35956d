// Package backup keeps copies of the whole database in a folder and brings one
// back, with Postgres's own pg_dump and pg_restore. It owns the folder: names,
// the manifest beside each file, what is read back, what makes room. It imports
// backend/city; programs, addresses and counts are handed in.
//
// All that Balaikota keeps lies in the database, pictures included. Secrets in
// files (BALAIKOTA_DATA/rahasia) are not copied: they are kept by whoever made
// them.
package backup
