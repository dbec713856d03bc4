package open311

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/intake"
	"huiyin/locale"
)

// receipt is the answer to a filed request. The last two are beyond the specification: the resident's own key to the case, which stands in no other answer.
type receipt struct {
	Number       string `xml:"service_request_id" json:"service_request_id"`
	Token        string `xml:"token" json:"token"`
	Notice       text   `xml:"service_notice" json:"service_notice"`
	Account      text   `xml:"account_id" json:"account_id"`
	TrackingCode string `xml:"tracking_code" json:"tracking_code"`
	TrackingURL  string `xml:"tracking_url" json:"tracking_url"`
}

// read takes the parameters of a request, whatever its form, and who sent it.
func (x *Service) read(c *fiber.Ctx) (intake.GeoForm, visitor, error) {
	if f := c.Params("format"); f != formatXML && f != formatJSON {
		return intake.GeoForm{}, visitor{}, fault.New(fault.NotFound, "fault.not_found")
	}
	query, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return intake.GeoForm{}, visitor{}, fault.Wrap(fault.Invalid, "fault.form_form", err)
	}
	form, err := intake.ReadGeoForm(c.Get(fiber.HeaderContentType), c.Body(), query)
	if err != nil {
		return form, visitor{}, err
	}
	if err := x.jurisdiction(form.Values.Get("jurisdiction_id")); err != nil {
		return form, visitor{}, err
	}
	v, err := x.visitor(c, form.Values.Get("api_key"))
	return form, v, err
}

// fileRequest answers once the case is durable. The same request again finds the same case (see intake.Door.FileGeoReport).
func (x *Service) fileRequest(c *fiber.Ctx) error {
	form, v, err := x.read(c)
	if err != nil {
		return err
	}
	r, err := x.Door.FileGeoReport(c.UserContext(), v.name(), c.Get("Idempotency-Key"), form)
	if err != nil {
		return err
	}
	if err := x.keep(c.UserContext(), r.ID, v.client); err != nil {
		return err
	}
	l := language(c)
	return send(c, list("service_requests", "request", []receipt{{Number: x.number(r.ID), Token: x.token(r.ID), TrackingCode: r.Code, TrackingURL: x.BaseURL + "/t/" + r.Code,
		Notice: text(l.T("open311.notice", locale.Args{"Due": l.Deadline(r.Due)}))}}))
}
