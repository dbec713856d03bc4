package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"huiyin/casework"
	"huiyin/fault"
)

// GeoForm is what a program sent, whatever the form of its request: parameters under the names of GeoReport v2, attributes as "attribute[code]", and files.
type GeoForm struct {
	Values url.Values
	Files  []casework.Attachment
}

// Bounds of a request before anything is made of it.
const (
	maxGeoParameters = 500
	maxGeoParts      = 200
)

// ReadGeoForm reads the body of a request: parameters of a form, of a form with files, or one JSON object. query are the parameters of the address, which
// count where the body does not have them. It is pure. Errors: fault.Invalid, fault.TooLarge.
func ReadGeoForm(contentType string, body []byte, query url.Values) (GeoForm, error) {
	f := GeoForm{Values: url.Values{}}
	kind, params, err := mime.ParseMediaType(contentType)
	if contentType != "" && err != nil {
		return f, fault.Wrap(fault.Invalid, "fault.form_form", err)
	}
	switch kind {
	case "", "application/x-www-form-urlencoded":
		var given url.Values
		if given, err = url.ParseQuery(string(body)); err != nil {
			return f, fault.Wrap(fault.Invalid, "fault.form_form", err)
		}
		f.take(given)
	case "multipart/form-data":
		err = f.takeParts(body, params["boundary"])
	case "application/json", "text/json":
		err = f.takeJSON(body)
	default:
		err = fault.New(fault.Invalid, "fault.form_form")
	}
	if err != nil {
		return f, err
	}
	for name, values := range query {
		if _, given := f.Values[plainName(name)]; !given {
			f.take(url.Values{name: values})
		}
	}
	if len(f.Values) > maxGeoParameters {
		return f, fault.New(fault.Invalid, "fault.form_form")
	}
	return f, nil
}

// plainName drops the brackets that some programs put behind the name of a list.
func plainName(name string) string { return strings.TrimSuffix(strings.TrimSpace(name), "[]") }

func (f *GeoForm) take(given url.Values) {
	for _, name := range sorted(given) {
		for _, v := range given[name] {
			f.put(name, v)
		}
	}
}

func (f *GeoForm) put(name, value string) {
	name = plainName(name)
	f.Values[name] = append(f.Values[name], strings.ToValidUTF8(strings.ReplaceAll(value, "\x00", ""), "\uFFFD"))
}

func (f *GeoForm) takeParts(body []byte, boundary string) error {
	if boundary == "" {
		return fault.New(fault.Invalid, "fault.form_form")
	}
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for n := 0; ; n++ {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && n >= maxGeoParts {
			err = errors.New("too many parts")
		}
		if err != nil {
			return fault.Wrap(fault.Invalid, "fault.form_form", err)
		}
		data, err := io.ReadAll(part) // no more than the body, which is in memory
		if err != nil {
			return fault.Wrap(fault.Invalid, "fault.form_form", err)
		}
		if name := part.FileName(); name != "" {
			f.Files = append(f.Files, casework.Attachment{Name: name, Data: data})
			continue
		}
		f.put(part.FormName(), string(data))
	}
}

// takeJSON reads one object of plain values; attributes stand in an object or in a list of {"code", "value"}.
func (f *GeoForm) takeJSON(body []byte) error {
	var members map[string]any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(&members); err != nil {
		return fault.Wrap(fault.Invalid, "fault.json_form", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) || members == nil {
		return fault.New(fault.Invalid, "fault.json_form")
	}
	for _, name := range sorted(members) {
		v := members[name]
		if name == "attribute" || name == "attributes" {
			if !f.takeAttributes(v) {
				return fault.New(fault.Invalid, "fault.json_form").At(name)
			}
			continue
		}
		if !f.putPlain(name, v) {
			return fault.New(fault.Invalid, "fault.json_form").At(name)
		}
	}
	return nil
}

func (f *GeoForm) takeAttributes(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		for _, code := range sorted(v) {
			if !f.putPlain("attribute["+code+"]", v[code]) {
				return false
			}
		}
		return true
	case []any:
		for _, one := range v {
			pair, is := one.(map[string]any)
			code, named := pair["code"].(string)
			if !is || !named || !f.putPlain("attribute["+code+"]", pair["value"]) {
				return false
			}
		}
		return true
	}
	return false
}

func (f *GeoForm) putPlain(name string, v any) bool {
	switch v := v.(type) {
	case nil:
	case string:
		f.put(name, v)
	case json.Number:
		f.put(name, v.String())
	case bool:
		f.put(name, strconv.FormatBool(v))
	case []any:
		for _, one := range v {
			if _, deeper := one.([]any); deeper || !f.putPlain(name, one) {
				return false
			}
		}
	default:
		return false
	}
	return true
}

// attributes lists the codes of the attributes that were sent, in the order of their names.
func (f GeoForm) attributes() []string {
	var codes []string
	for _, name := range sorted(f.Values) {
		code, is := strings.CutPrefix(name, "attribute[")
		if is && strings.HasSuffix(code, "]") {
			codes = append(codes, strings.TrimSuffix(code, "]"))
		}
	}
	return codes
}

// raw is what was sent, without the secret that the program showed.
func (f GeoForm) raw() []byte {
	v := url.Values{}
	for name, values := range f.Values {
		if name != "api_key" {
			v[name] = values
		}
	}
	return []byte(v.Encode())
}

// digest is the same for the same request, in whatever order its parameters stand.
func (f GeoForm) digest() []byte {
	b := f.raw()
	for _, file := range f.Files {
		sum := sha256.Sum256(file.Data)
		b = append(b, "\n"+file.Name+" "+hex.EncodeToString(sum[:])...)
	}
	return b
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
