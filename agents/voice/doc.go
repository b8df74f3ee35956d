// Package voice is the assistant's ear and mouth: it has a recording turned
// into text by an OpenAI-compatible endpoint and puts the names in it right
// (Transcriber, Lexicon), writes figures the way a person says them (Spoken),
// and has espeak-ng say them (Speaker). It may import backend/city.
package voice
