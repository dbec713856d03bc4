package main

import (
	_ "embed"
	"encoding/json"

	"huiyin/web/shell"
)

//go:embed city.json
var cityFile []byte

func loadCity() (shell.City, error) {
	var city shell.City
	err := json.Unmarshal(cityFile, &city)
	return city, err
}
