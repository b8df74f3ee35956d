// Package assistant is the loop from a question to a checked answer: it hands
// a model the conversation and the tools its asker may use, runs what the
// model calls, lets no number, place, office or date through that no tool
// returned, and seals each answer into a receipt. It keeps conversations, pins
// and receipts through a Store. It may import backend/city, agents/tool and
// agents/prompts, and langchaingo's types.
package assistant
