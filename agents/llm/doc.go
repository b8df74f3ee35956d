// Package llm is the models that the assistant talks to over the network: the
// configured providers in order (langchaingo's OpenAI client over an HTTP doer
// of our own), the one gate through which text leaves the city, the rupiah
// governor, record and replay, and the quarantined reader of citizens' texts.
//
// It knows no database: what it needs of one stands in Ledger. It may import
// backend/city, langchaingo's llms and llms/openai, and goccy/go-yaml.
package llm
