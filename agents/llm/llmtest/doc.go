// Package llmtest is test doubles for whoever talks to models: Scripted plays
// steps, Obedient obeys whatever it reads, Server is an OpenAI-compatible
// endpoint that fails in every way that was measured, Ledger is a ledger in
// memory, and Poisoned are complaints that try to command a model. Only tests
// import it; it may import agents/llm, backend/city and langchaingo's llms.
package llmtest
