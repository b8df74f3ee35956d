// Package officerchat answers what officers write to the city by a chat that is bound
// to their account: it takes their words off the queue, asks the assistant with their
// rights, and writes the answer back, each part once as far as services allow. Who is
// bound is the store's to say, how a service is written to its connector's. It imports
// backend/city and the standard library only.
package officerchat
