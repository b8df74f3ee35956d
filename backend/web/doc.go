// Package web is the HTTP surface: routes.go shows all of it on one screen,
// one handler file per subject, ws.go the /live socket, errors.go the one
// table from error codes to HTTP status.
//
// It is the only importer of echo, huma and the websocket library. It imports
// backend/city, backend/live, backend/config and backend/i18n, and meets the
// store, geometry and frontend through the interfaces in deps.go.
package web
