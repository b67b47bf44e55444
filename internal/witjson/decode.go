package witjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/capsule-kit/capsule/wit"
)

// The types below are wasm-tools' JSON form of resolved WIT. Unknown members
// are errors: a newer tool must not say things that go unheard.

type rawResolve struct {
	Worlds     []rawWorld     `json:"worlds"`
	Interfaces []rawInterface `json:"interfaces"`
	Types      []rawTypeDef   `json:"types"`
	Packages   []rawPackage   `json:"packages"`
}

type rawWorld struct {
	Name      string                `json:"name"`
	Docs      rawDocs               `json:"docs"`
	Imports   ordered[rawWorldItem] `json:"imports"`
	Exports   ordered[rawWorldItem] `json:"exports"`
	Package   *int                  `json:"package"`
	Stability rawStability          `json:"stability"`
}

type rawWorldItem struct {
	Interface *struct {
		ID         int          `json:"id"`
		Stability  rawStability `json:"stability"`
		Docs       rawDocs      `json:"docs"`
		ExternalID string       `json:"external_id"`
	} `json:"interface"`
	Function *rawFunc `json:"function"`
	Type     *int     `json:"type"`
}

type rawInterface struct {
	Name      *string          `json:"name"`
	Docs      rawDocs          `json:"docs"`
	Types     ordered[int]     `json:"types"`
	Functions ordered[rawFunc] `json:"functions"`
	Package   *int             `json:"package"`
	Stability rawStability     `json:"stability"`
}

type rawFunc struct {
	Name       string       `json:"name"`
	Docs       rawDocs      `json:"docs"`
	Kind       oneOf        `json:"kind"`
	Params     []rawParam   `json:"params"`
	Result     rawType      `json:"result"`
	ExternalID string       `json:"external_id"`
	Stability  rawStability `json:"stability"`
}

type rawParam struct {
	Name string  `json:"name"`
	Type rawType `json:"type"`
}

type rawTypeDef struct {
	Name       *string `json:"name"`
	Docs       rawDocs `json:"docs"`
	Kind       oneOf   `json:"kind"`
	ExternalID string  `json:"external_id"`
	Owner      *struct {
		Interface *int `json:"interface"`
		World     *int `json:"world"`
	} `json:"owner"`
	Stability rawStability `json:"stability"`
}

type rawPackage struct {
	Name       string       `json:"name"`
	Docs       rawDocs      `json:"docs"`
	Interfaces ordered[int] `json:"interfaces"`
	Worlds     ordered[int] `json:"worlds"`
}

// rawStability is what an item's gates say; absent where it has none.
type rawStability struct {
	Stable *struct {
		Since      string  `json:"since"`
		Deprecated *string `json:"deprecated"`
	} `json:"stable"`
	Unstable *struct {
		Feature    string  `json:"feature"`
		Deprecated *string `json:"deprecated"`
	} `json:"unstable"`
}

func (s rawStability) stability() wit.Stability {
	var out wit.Stability
	var deprecated *string
	switch {
	case s.Stable != nil:
		out.Since, deprecated = s.Stable.Since, s.Stable.Deprecated
	case s.Unstable != nil:
		out.Unstable, deprecated = s.Unstable.Feature, s.Unstable.Deprecated
	}
	if deprecated != nil {
		out.Deprecated = *deprecated
	}
	return out
}

type rawDocs struct {
	Contents *string `json:"contents"`
}

func (d rawDocs) String() string {
	if d.Contents == nil {
		return ""
	}
	return *d.Contents
}

type rawRecord struct {
	Fields []struct {
		Name string  `json:"name"`
		Docs rawDocs `json:"docs"`
		Type rawType `json:"type"`
	} `json:"fields"`
}

// rawCases is a variant or an enum.
type rawCases struct {
	Cases []struct {
		Name string  `json:"name"`
		Docs rawDocs `json:"docs"`
		Type rawType `json:"type"`
	} `json:"cases"`
}

type rawFlags struct {
	Flags []struct {
		Name string  `json:"name"`
		Docs rawDocs `json:"docs"`
	} `json:"flags"`
}

type rawTuple struct {
	Types []rawType `json:"types"`
}

type rawResult struct {
	OK  rawType `json:"ok"`
	Err rawType `json:"err"`
}

type rawHandle struct {
	Own    *int `json:"own"`
	Borrow *int `json:"borrow"`
}

// A rawType is the name of a primitive type, an index of a type, or absent.
type rawType struct {
	name  string
	index int
	set   bool
}

func (t *rawType) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	t.set = true
	if data[0] == '"' {
		return json.Unmarshal(data, &t.name)
	}
	return json.Unmarshal(data, &t.index)
}

// oneOf is a tagged value: a bare string, or an object with one member.
type oneOf struct {
	tag  string
	body json.RawMessage
}

func (o *oneOf) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &o.tag)
	}
	var members ordered[json.RawMessage]
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	if len(members) != 1 {
		return errors.New("a tagged value has one member")
	}
	o.tag, o.body = members[0].key, members[0].value
	return nil
}

// ordered is a JSON object whose members keep their order.
type ordered[T any] []struct {
	key   string
	value T
}

func (o *ordered[T]) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return errors.Join(err, fmt.Errorf("met %v instead of an object", open))
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		var value T
		if err := dec.Decode(&value); err != nil {
			return err
		}
		*o = append(*o, struct {
			key   string
			value T
		}{key.(string), value})
	}
	return nil
}

// decodeStrict decodes one JSON value and refuses members that v lacks.
func decodeStrict(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}
