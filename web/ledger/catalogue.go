package ledger

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/opendata"
	"huiyin/supervision"
)

// The members of the catalogue, as DCAT-AP 3 names them (https://semiceu.github.io/DCAT-AP/releases/3.0.0/).

type ref struct {
	ID string `json:"@id"`
}

type text struct {
	Language string `json:"@language"`
	Value    string `json:"@value"`
}

type typed struct {
	Type  string `json:"@type"`
	Value string `json:"@value"`
}

type agent struct {
	ID   string `json:"@id"`
	Type string `json:"@type"`
	Name []text `json:"foaf:name"`
	Kind *ref   `json:"dct:type,omitempty"`
}

type contact struct {
	Type string `json:"@type"`
	Name []text `json:"vcard:fn"`
	Page ref    `json:"vcard:hasURL"`
}

type checksum struct {
	Type      string `json:"@type"`
	Algorithm ref    `json:"spdx:algorithm"`
	Value     typed  `json:"spdx:checksumValue"`
}

type span struct {
	Type  string `json:"@type"`
	Start typed  `json:"dcat:startDate"`
	End   typed  `json:"dcat:endDate"`
}

type distribution struct {
	ID           string    `json:"@id"`
	Type         string    `json:"@type"`
	Title        []text    `json:"dct:title"`
	Access       ref       `json:"dcat:accessURL"`
	Download     ref       `json:"dcat:downloadURL"`
	Media        *ref      `json:"dcat:mediaType,omitempty"`
	Format       *ref      `json:"dct:format,omitempty"`
	Licence      ref       `json:"dct:license"`
	Availability ref       `json:"dcatap:availability"`
	Modified     *typed    `json:"dct:modified,omitempty"`
	Bytes        *typed    `json:"dcat:byteSize,omitempty"`
	Checksum     *checksum `json:"spdx:checksum,omitempty"`
}

type dataset struct {
	ID            string         `json:"@id"`
	Type          string         `json:"@type"`
	Identifier    string         `json:"dct:identifier,omitempty"`
	Title         []text         `json:"dct:title"`
	Description   []text         `json:"dct:description"`
	Keywords      []text         `json:"dcat:keyword,omitempty"`
	Publisher     ref            `json:"dct:publisher"`
	Contact       contact        `json:"dcat:contactPoint"`
	Theme         *ref           `json:"dcat:theme,omitempty"`
	Page          *ref           `json:"dcat:landingPage,omitempty"`
	Every         ref            `json:"dct:accrualPeriodicity"`
	Rights        *ref           `json:"dct:accessRights,omitempty"`
	Languages     []ref          `json:"dct:language,omitempty"`
	Version       string         `json:"dcat:version,omitempty"` // name of the snapshot
	Temporal      *span          `json:"dct:temporal,omitempty"`
	Modified      *typed         `json:"dct:modified,omitempty"`
	Series        *ref           `json:"dcat:inSeries,omitempty"`
	Distributions []distribution `json:"dcat:distribution,omitempty"`
}

type dataCatalogue struct {
	Context     map[string]string `json:"@context"`
	ID          string            `json:"@id"`
	Type        string            `json:"@type"`
	Title       []text            `json:"dct:title"`
	Description []text            `json:"dct:description"`
	Publisher   agent             `json:"dct:publisher"`
	Licence     ref               `json:"dct:license"`
	Languages   []ref             `json:"dct:language"`
	Home        ref               `json:"foaf:homepage"`
	Modified    *typed            `json:"dct:modified,omitempty"`
	Datasets    []dataset         `json:"dcat:dataset"`
	Resources   []dataset         `json:"dcat:resource,omitempty"` // the series of monthly tables
}

const (
	euFrequency = "http://publications.europa.eu/resource/authority/frequency/"
	euFileType  = "http://publications.europa.eu/resource/authority/file-type/"
	euLanguage  = "http://publications.europa.eu/resource/authority/language/"
	euTheme     = "http://publications.europa.eu/resource/authority/data-theme/"
	euRights    = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
	euStable    = "http://publications.europa.eu/resource/authority/planned-availability/STABLE"
	ianaMedia   = "https://www.iana.org/assignments/media-types/"
)

var catalogueContext = map[string]string{"dcat": "http://www.w3.org/ns/dcat#", "dcatap": "http://data.europa.eu/r5r/", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/", "spdx": "http://spdx.org/rdf/terms#",
	"vcard": "http://www.w3.org/2006/vcard/ns#", "xsd": "http://www.w3.org/2001/XMLSchema#"}

func both(key string, args ...locale.Args) []text {
	return []text{{"zh", locale.ZH.T(key, args...)}, {"en", locale.EN.T(key, args...)}}
}

func moment(t time.Time) *typed {
	if t.IsZero() {
		return nil
	}
	return &typed{"xsd:dateTime", t.UTC().Format(time.RFC3339)}
}

// catalogue is the data catalogue as DCAT-AP in JSON-LD.
func (x *Pages) catalogue(c *fiber.Ctx) error {
	ctx := c.UserContext()
	city := agent{ID: x.BaseURL + "/data#publisher", Type: "foaf:Agent", Name: []text{{"zh", x.City.Name.ZH}, {"en", x.City.Name.EN}}, Kind: &ref{"http://purl.org/adms/publishertype/LocalAuthority"}}
	out := dataCatalogue{Context: catalogueContext, ID: x.BaseURL + "/data#catalogue", Type: "dcat:Catalog", Title: both("data.title"), Description: both("data.lead"), Publisher: city, Licence: ref{opendata.Licence},
		Languages: languages(), Home: ref{x.BaseURL + "/data"}}
	files, err := x.Data.Files(ctx, "")
	if err != nil {
		return err
	}
	known := map[string]opendata.File{}
	var newest time.Time
	for _, f := range files {
		known[f.Path()] = f
		if f.At.After(newest) {
			newest = f.At
		}
	}
	out.Modified = moment(newest)
	for _, set := range opendata.Sets {
		whole := x.dataset(set.Key, set.Key, set.Every, "/data/"+set.Key)
		whole.Distributions = x.distributions(set, "", known)
		if set.Monthly {
			series := x.dataset(set.Key+"-series", set.Key, set.Every, "/data/"+set.Key)
			series.Type, series.Identifier, series.Theme, series.Rights, series.Languages, series.Keywords, series.Page = "dcat:DatasetSeries", "", nil, nil, nil, nil, nil
			out.Resources = append(out.Resources, series)
			whole.Series = &ref{series.ID}
			list, err := x.Data.Months(ctx, set)
			if err != nil {
				return err
			}
			if len(list) > 0 {
				whole.Temporal = monthSpan(list[len(list)-1], list[0])
			}
			for _, m := range list {
				one := x.dataset(set.Key+"-"+m.String(), set.Key, set.Every, "/data/"+set.Key)
				one.Title = []text{{"zh", locale.ZH.T("data."+set.Key) + " " + m.String()}, {"en", locale.EN.T("data."+set.Key) + " " + m.String()}}
				one.Series, one.Temporal = whole.Series, monthSpan(m, m)
				one.Distributions = x.distributions(set, m.String(), known)
				if f, ok := known[opendata.Path(set.Key, m.String(), opendata.Formats[0].Name)]; ok {
					one.Version, one.Modified = f.Snapshot, moment(f.At)
				}
				out.Datasets = append(out.Datasets, one)
			}
		} else if f, ok := known[opendata.Path(set.Key, "", opendata.Formats[0].Name)]; ok {
			whole.Version, whole.Modified = f.Snapshot, moment(f.At)
		}
		out.Datasets = append(out.Datasets, whole)
	}
	for _, b := range bundles {
		one := x.dataset(b.key, b.key, b.every, "/data")
		for _, f := range b.files {
			one.Distributions = append(one.Distributions, x.loose(b.key, f))
		}
		out.Datasets = append(out.Datasets, one)
	}
	open(c)
	c.Set(fiber.HeaderContentType, "application/ld+json")
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return c.Send(body)
}

func languages() []ref { return []ref{{euLanguage + "ZHO"}, {euLanguage + "ENG"}} }

func monthSpan(from, to supervision.Month) *span {
	return &span{Type: "dct:PeriodOfTime", Start: typed{"xsd:date", from.Start(time.UTC).Format(time.DateOnly)}, End: typed{"xsd:date", to.Add(1).Start(time.UTC).AddDate(0, 0, -1).Format(time.DateOnly)}}
}

// dataset begins one dataset: id names it, key its texts, page explains it.
func (x *Pages) dataset(id, key, every, page string) dataset {
	return dataset{ID: x.BaseURL + "/data#" + id, Type: "dcat:Dataset", Identifier: id, Title: both("data." + key), Description: both("data." + key + "_text"), Keywords: keywords(), Publisher: ref{x.BaseURL + "/data#publisher"},
		Contact: contact{Type: "vcard:Organization", Name: both("data.contact"), Page: ref{x.BaseURL + "/"}}, Theme: &ref{euTheme + "GOVE"}, Page: &ref{x.BaseURL + page}, Every: ref{euFrequency + every}, Rights: &ref{euRights}, Languages: languages()}
}

func keywords() []text {
	var all []text
	for _, l := range []struct {
		lang locale.Lang
		tag  string
	}{{locale.ZH, "zh"}, {locale.EN, "en"}} {
		for word := range strings.SplitSeq(l.lang.T("data.keywords"), ",") {
			all = append(all, text{l.tag, word})
		}
	}
	return all
}

func (x *Pages) distributions(set opendata.Set, period string, known map[string]opendata.File) []distribution {
	var all []distribution
	for _, f := range opendata.Formats {
		path := opendata.Path(set.Key, period, f.Name)
		d := x.distribution("/data/"+set.Key, path, f.Name, "data."+set.Key)
		d.Media, d.Format = &ref{ianaMedia + f.Media}, &ref{euFileType + f.EU}
		if file, ok := known[path]; ok {
			d.Bytes = &typed{"xsd:nonNegativeInteger", strconv.FormatInt(file.Bytes, 10)}
			d.Modified = moment(file.At)
			d.Checksum = &checksum{Type: "spdx:Checksum", Algorithm: ref{"http://spdx.org/rdf/terms#checksumAlgorithm_sha256"}, Value: typed{"xsd:hexBinary", file.SHA256}}
		}
		all = append(all, d)
	}
	return all
}

func (x *Pages) distribution(page, path, format, key string) distribution {
	title := both(key)
	for i := range title {
		title[i].Value += " (" + strings.ToUpper(format) + ")"
	}
	return distribution{ID: x.BaseURL + path + "#file", Type: "dcat:Distribution", Title: title, Access: ref{x.BaseURL + page}, Download: ref{x.BaseURL + path}, Licence: ref{opendata.Licence}, Availability: ref{euStable}}
}

// loose is a file beside the tables.
func (x *Pages) loose(key, path string) distribution {
	_, ending, _ := strings.Cut(path[strings.LastIndex(path, "/"):], ".")
	d := x.distribution("/data", path, ending, "data."+key)
	if f, ok := opendata.FindFormat(ending); ok {
		d.Media, d.Format = &ref{ianaMedia + f.Media}, &ref{euFileType + f.EU}
	} else {
		d.Media, d.Format, d.Title = &ref{ianaMedia + "text/plain"}, &ref{euFileType + "TXT"}, both("data."+key)
	}
	return d
}
