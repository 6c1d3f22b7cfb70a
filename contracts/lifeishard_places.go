package contracts

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// romanianCounties are the letters of the 41 counties and of the capital.
var romanianCounties = strings.Fields("AB AR AG BC BH BN BT BV BR BZ CS CJ CT CV DB DJ GL GJ HR HD IL IS IF MM MH MS NT OT PH SM SJ SB SV TR TM TL VS VL VN B CL GR")

// placesOf is the list of an accepted answer.
func placesOf(x *Exchange) ([]any, bool) {
	_, answer, ok := lifeishardYes(x)
	all, listed := member(answer, "data").([]any)
	return all, ok && listed
}

// localitiesOfCounty reads the printed members, and those of the sibling.
func localitiesOfCounty(x *Exchange) error {
	all, ok := placesOf(x)
	asked := strings.ToUpper(x.Request.Vars["county_code"])
	if !ok || len(all) == 0 || asked == "" {
		return errBeside
	}
	var broken []error
	for i, one := range all {
		name := "cod_judet"
		if has(one, "countyCode") {
			name = "countyCode"
		}
		if text(one, name) != asked {
			broken = append(broken, differ(fmt.Sprintf("/data/%d", i), one, name, asked))
		}
	}
	return errors.Join(broken...)
}

func unknownCountyEmpty(x *Exchange) error {
	asked := strings.ToUpper(x.Request.Vars["county_code"])
	if x.Request.Header.Get("Token") == "" || x.Response.Status == 0 || x.Response.Status == 401 || x.Response.Status == 403 || x.Response.Status >= 500 ||
		asked == "" || slices.Contains(romanianCounties, asked) {
		return errBeside
	}
	if !lifeishardAccepted(x) {
		return &Mismatch{Where: "status", Got: strconv.Itoa(x.Response.Status), Want: "200 with an empty list"}
	}
	if all, ok := placesOf(x); !ok || len(all) > 0 {
		return &Mismatch{Where: "/data", Got: fmt.Sprintf("%d localities", len(all)), Want: "an empty list"}
	}
	return nil
}

func countiesComplete(x *Exchange) error {
	all, ok := placesOf(x)
	if !ok {
		return errBeside
	}
	var got []string
	for _, one := range all {
		got = append(got, text(one, "code"))
	}
	slices.Sort(got)
	want := slices.Sorted(slices.Values(romanianCounties))
	if slices.Equal(got, want) {
		return nil
	}
	for _, code := range want {
		if !slices.Contains(got, code) {
			return &Mismatch{Where: "/data", Got: fmt.Sprintf("%d counties without %s", len(got), code), Want: "42 counties"}
		}
	}
	return &Mismatch{Where: "/data", Got: strconv.Itoa(len(got)) + " counties", Want: "42 counties, each once"}
}
