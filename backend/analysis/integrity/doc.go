// Package integrity flags reports and closings that look made rather than
// lived: copy-paste campaigns, reporting to a quota, and mass closing at a
// period's end. It imports backend/city and backend/analysis/pattern only.
//
// What it finds is shown to people with its figures and is never removed,
// hidden or counted less: a campaign may be a neighbourhood that helps each
// other, a burst of closings a register that was written up once a month. Each
// threshold stands in limits.go with its reason.
package integrity
