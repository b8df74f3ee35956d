// Package classify decides which label (a category of the city, or any other
// set of labels) a citizen's text belongs to, learned from labelled rows: a
// linear model over words, word pairs, roots and letter sequences with
// calibrated confidence, the words that decided, and a threshold below which a
// person should look. It owns the model's stored form. It imports the standard
// library, backend/city and backend/analysis/language only.
package classify
