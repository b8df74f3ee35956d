// Package capalert understands warnings in the Common Alerting Protocol 1.2, for
// every connector that brings some: what a message says, which areas of the city
// it is for, and which messages are one warning. It fetches nothing. It may
// import connectors and backend/city.
package capalert
