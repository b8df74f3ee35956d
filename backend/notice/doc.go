// Package notice brings notices to officers (Worker) and questions to reporters
// (Asking): it lets the store tell what happened, takes on what is due under a
// lease, hands it to the channels' carriers (backend/notice/<channel>, one folder
// each) and writes how it went. It decides about quiet hours, the day's bound,
// retries and second channels.
// It imports backend/city and the standard library only.
package notice
