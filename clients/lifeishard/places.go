package lifeishard

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
)

// Locality is a town or village. Its code is what an address wants as city code.
type Locality struct {
	Name       string
	CountyCode string
	Siruta     ID
}

// County is a county, or the capital.
type County struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Siruta ID     `json:"siruta"`
}

// Country is a country by its ISO 3166 codes.
type Country struct {
	Name string `json:"name"`
	ISO2 string `json:"iso2"`
	ISO3 string `json:"iso3"`
}

// Localities lists the localities of a county by its letters; an unknown county
// has none. It reads the printed Romanian members, and the English ones that the
// sibling's server sends.
func (c *Client) Localities(ctx context.Context, county string) ([]Locality, error) {
	rows, err := list[struct {
		Nume       string `json:"nume"`
		CodJudet   string `json:"cod_judet"`
		CodSiruta  ID     `json:"cod_siruta"`
		Name       string `json:"name"`
		CountyCode string `json:"countyCode"`
		Siruta     ID     `json:"siruta"`
	}](ctx, c, "localities", "/nomenclature/locality/"+url.PathEscape(county))
	if err != nil {
		return nil, err
	}
	all := make([]Locality, len(rows))
	for i, r := range rows {
		all[i] = Locality{cmp.Or(r.Nume, r.Name), cmp.Or(r.CodJudet, r.CountyCode), cmp.Or(r.CodSiruta, r.Siruta)}
	}
	return all, nil
}

// Counties lists the counties and the capital.
func (c *Client) Counties(ctx context.Context) ([]County, error) {
	return list[County](ctx, c, "counties", "/nomenclature/county")
}

// Countries lists the countries.
func (c *Client) Countries(ctx context.Context) ([]Country, error) {
	return list[Country](ctx, c, "countries", "/nomenclature/country")
}

func list[T any](ctx context.Context, c *Client, name, path string) ([]T, error) {
	k := call{name: name, method: http.MethodGet, path: path, timeout: c.timeouts.List}
	read, err := ask[struct {
		Data *[]T `json:"data"`
	}](ctx, c, k)
	if err != nil {
		return nil, err
	}
	if read.Data == nil {
		return nil, k.without("a list")
	}
	return *read.Data, nil
}
