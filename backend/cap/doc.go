// Package cap writes warnings in the Common Alerting Protocol 1.2 (OASIS
// Standard CAP-v1.2, 1 July 2010), so that other systems can take them over.
// It owns the wire form and the rules of chains (Alert, Update, Cancel); what
// is said comes from backend/city, which is all of ours that it imports.
package cap
