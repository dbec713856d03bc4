package casework

// Cite names an article of the knowledge base that an answer stands on, with its title as it was. It is kept in the history of the case.
type Cite struct {
	Code    string `json:"code"`
	Version int    `json:"version"`
	ZH      string `json:"zh"`
	EN      string `json:"en"`
}

type answeredData struct {
	With []Cite `json:"answered_with,omitempty"`
}
