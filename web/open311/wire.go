package open311

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
	"huiyin/web/shell"
)

// text is a value that may be missing: an empty element in XML, null in JSON.
type text string

// MarshalJSON writes null for an empty text.
func (t text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(t))
}

// instant is a time that may be missing, ISO 8601 with the city's offset.
type instant time.Time

func (i instant) String() string {
	if time.Time(i).IsZero() {
		return ""
	}
	return time.Time(i).Format(time.RFC3339)
}

// MarshalText writes the time for XML.
func (i instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// MarshalJSON writes null for a missing time.
func (i instant) MarshalJSON() ([]byte, error) { return text(i.String()).MarshalJSON() }

// degrees is a coordinate that may be missing.
type degrees struct{ value *float64 }

// MarshalText writes the coordinate for XML.
func (d degrees) MarshalText() ([]byte, error) {
	if d.value == nil {
		return nil, nil
	}
	return []byte(strconv.FormatFloat(*d.value, 'f', -1, 64)), nil
}

// MarshalJSON writes a number, or null.
func (d degrees) MarshalJSON() ([]byte, error) { return json.Marshal(d.value) }

// document is one answer, as each format has it: a list is an element around elements in XML, and bare in JSON.
type document struct{ xml, json any }

// whole makes an answer of one value.
func whole(v any) document { return document{v, v} }

// list makes an answer of elements of one name.
func list[T any](root, element string, items []T) document {
	if items == nil {
		items = []T{}
	}
	return document{enclosed[T]{root, element, items}, items}
}

// enclosed writes its items as elements of one name within another.
type enclosed[T any] struct {
	root, element string
	items         []T
}

// MarshalXML writes the items one after the other.
func (n enclosed[T]) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	root := xml.StartElement{Name: xml.Name{Local: n.root}}
	if err := e.EncodeToken(root); err != nil {
		return err
	}
	for _, item := range n.items {
		if err := e.EncodeElement(item, xml.StartElement{Name: xml.Name{Local: n.element}}); err != nil {
			return err
		}
	}
	return e.EncodeToken(root.End())
}

const (
	formatXML  = "xml"
	formatJSON = "json"
)

// format is the ending of the address, XML where it is none of ours.
func format(c *fiber.Ctx) string {
	if strings.HasSuffix(c.Path(), "."+formatJSON) {
		return formatJSON
	}
	return formatXML
}

// encode writes an answer in a format.
func encode(d document, form string) ([]byte, error) {
	var b bytes.Buffer
	if form == formatJSON {
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		err := enc.Encode(d.json)
		return b.Bytes(), err
	}
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	if err := enc.Encode(d.xml); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), enc.Close()
}

// send answers in the format of the address. Any site may read: what is not public needs a key or a code, which no browser adds by itself.
func send(c *fiber.Ctx, d document) error {
	form := c.Params("format")
	if form != formatXML && form != formatJSON {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	b, err := encode(d, form)
	if err != nil {
		return err
	}
	return sendBytes(c, form, b)
}

func sendBytes(c *fiber.Ctx, form string, b []byte) error {
	kind := "text/xml; charset=utf-8"
	if form == formatJSON {
		kind = fiber.MIMEApplicationJSONCharsetUTF8
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	return c.Send(b)
}

// mistake is one failure in the words of the specification.
type mistake struct {
	Code        int  `xml:"code" json:"code"`
	Description text `xml:"description" json:"description"`
}

// codes are the statuses of the specification for our kinds of failure; any other kind keeps its own.
var codes = map[fault.Kind]int{fault.Invalid: fiber.StatusBadRequest, fault.Unauthorized: fiber.StatusForbidden, fault.Forbidden: fiber.StatusForbidden}

// fail answers a failure in the shape of the specification, with the parameter at fault in front of the sentence.
func fail(c *fiber.Ctx, status int, err error) error {
	var f *fault.Error
	field := ""
	if errors.As(err, &f) {
		field = f.Field
		if code, ok := codes[f.Kind]; ok {
			status = code
		}
	}
	sentence := shell.Sentence(language(c), err)
	if field != "" {
		sentence = field + ": " + sentence
	}
	form := format(c)
	b, failed := encode(list("errors", "error", []mistake{{status, text(sentence)}}), form)
	if failed != nil {
		return failed
	}
	return sendBytes(c.Status(status), form, b)
}

// allow tells browsers that scripts of other sites may ask as programs do.
func allow(c *fiber.Ctx) error {
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderAccessControlAllowMethods, "GET, POST")
	c.Set(fiber.HeaderAccessControlAllowHeaders, "Authorization, Content-Type, Idempotency-Key, Accept-Language")
	c.Set(fiber.HeaderAccessControlMaxAge, "600")
	return c.SendStatus(fiber.StatusNoContent)
}

func nowhere(*fiber.Ctx) error { return fault.New(fault.NotFound, "fault.not_found") }

// language is the one the caller asks for, Chinese where it asks for none.
func language(c *fiber.Ctx) locale.Lang { return locale.Parse(c.Get(fiber.HeaderAcceptLanguage)) }
