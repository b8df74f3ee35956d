package config

// AI says which providers' models the assistant may ask. Without any it
// answers by itself, from the same figures (the offline planner). The fields
// are those of agents/llm.Settings.
type AI struct {
	File     string  `name:"ai-file" env:"BALAIKOTA_AI_FILE" placeholder:"FILE" help:"YAML or JSON list of OpenAI-compatible providers in the order they are asked; docs/security.md has an example. Without a provider the assistant answers offline."`
	URL      string  `name:"ai-url" env:"BALAIKOTA_AI_URL" placeholder:"URL" help:"One OpenAI-compatible provider, instead of --ai-file: its address up to and with /v1. https, but for loopback and private addresses."`
	Model    string  `name:"ai-model" env:"BALAIKOTA_AI_MODEL" placeholder:"NAME" help:"The provider's model."`
	Key      string  `name:"ai-key" env:"BALAIKOTA_AI_KEY" placeholder:"KEY" help:"The provider's key; better in --ai-key-file."`
	KeyFile  string  `name:"ai-key-file" env:"BALAIKOTA_AI_KEY_FILE" placeholder:"FILE" help:"A file that holds the provider's key, instead of --ai-key."`
	PriceIn  float64 `name:"ai-price-in" env:"BALAIKOTA_AI_PRICE_IN" placeholder:"RUPIAH" help:"Price of a million input tokens in rupiah, for the meter and its ceilings."`
	PriceOut float64 `name:"ai-price-out" env:"BALAIKOTA_AI_PRICE_OUT" placeholder:"RUPIAH" help:"Price of a million output tokens in rupiah."`
}
