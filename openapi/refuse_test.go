package openapi

import (
	"strings"
	"testing"
)

// small is the least that a document may say; every case below breaks one thing in it.
const small = `openapi: 3.0.3
info: {title: Small, version: "1"}
servers: [{url: "https://insurer.example"}]
paths:
  /quotes:
    post:
      operationId: ask
      x-evidence: seed
      parameters: []
      requestBody:
        content:
          application/json:
            schema: {type: object}
            examples:
              plain: {x-evidence: seed, value: {}}
      responses:
        "200":
          description: A price
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Price"}
              examples:
                price: {x-evidence: seed, value: {premium: 18.000}}
        "404": {$ref: "#/components/responses/Missing"}
components:
  responses:
    Missing:
      description: No
      content:
        application/json:
          schema: {type: object, required: [code], properties: {code: {type: string}}}
          examples:
            missing: {x-evidence: inferred, value: {code: "404"}}
  schemas:
    Price: {type: object, properties: {premium: {type: number}}}
`

func TestParseRefuses(t *testing.T) {
	const ask, price = "/paths/~1quotes/post", "/components/schemas/Price"
	tests := map[string]struct{ old, new, want string }{}
	add := func(name, old, changed, want string) {
		tests[name] = struct{ old, new, want string }{old, changed, want}
	}

	add("version 3.1", "openapi: 3.0.3", "openapi: 3.1.0", "/openapi: version 3.1.0 is not read: write 3.0.3")
	add("version missing", "openapi: 3.0.3\n", "", "/openapi: version <nil> is not read: write 3.0.3")
	add("webhooks false", "info: {title", "x-webhooks: false\ninfo: {title", "/: x-webhooks is false: write true, or remove it")
	add("no title", "title: Small, ", "", "/info: invalid info: value of title must be a non-empty string")
	add("unknown extension", "x-evidence: seed\n", "x-evidence: seed\n      x-nice: true\n",
		ask+`: "x-nice" means nothing in this operation: remove it, or teach this package and the judge what it means`)
	add("extension in the wrong place", "info: {", "info: {x-evidence: seed, ",
		`/info: "x-evidence" means nothing in this info: remove it, or teach this package and the judge what it means`)
	add("unknown keyword", "{premium: {type: number}}", "{premium: {type: number, divisibleBy: 2}}",
		price+`/properties/premium: "divisibleBy" means nothing in this schema: remove it, or teach this package and the judge what it means`)
	add("keyword of 3.1", "{premium: {type: number}}", "{premium: {const: 1}}",
		price+`/properties/premium: "const" means nothing in this schema: remove it, or teach this package and the judge what it means`)
	add("keyword deep down", "{premium: {type: number}}", "{a: {additionalProperties: {oneOf: [{type: string}, {items: {foo: 1}}]}}}",
		price+`/properties/a/additionalProperties/oneOf/1/items: "foo" means nothing in this schema: remove it, or teach this package and the judge what it means`)
	add("schema example", "{premium: {type: number}}", "{premium: {type: number, example: 1}}",
		price+`/properties/premium: "example" means nothing in this schema: remove it, or teach this package and the judge what it means`)
	add("unknown format", "{type: number}", "{type: string, format: iban}",
		price+`/properties/premium: nothing checks the format "iban": use one of date, date-time, uuid, email, int32, int64, byte, binary, uri, password`)
	add("pattern", "{type: number}", `{type: string, pattern: "(?=x)"}`,
		price+"/properties/premium: pattern does not compile: error parsing regexp: invalid or unsupported Perl syntax: `(?=`: write it in RE2 syntax")
	add("null in an enum", "{type: number}", `{type: string, nullable: true, enum: [a, null]}`,
		price+"/properties/premium: enum lists null: write nullable: true instead")
	add("nullable without a type", "{type: number}", `{nullable: true}`,
		price+"/properties/premium: nullable means nothing without type: write the type")
	add("secret false", "{type: number}", `{type: string, x-secret: false}`,
		price+"/properties/premium: x-secret is false: write true, or remove it")
	add("boolean schema", "{premium: {type: number}}", "{premium: true}", price+"/properties/premium: this must be an object: write one")
	add("list of types", "{type: number}", "{type: [number, string]}",
		price+`: invalid components: schema "Price": an array of types is for OpenAPI >=3.1; before that type MUST be a single string`)
	add("no operationId", "operationId: ask\n", "description: Ask\n", ask+": operationId is missing: name the call")
	add("operationId twice", "components:\n",
		"  /again:\n    get: {operationId: ask, x-evidence: seed, responses: {\"404\": {$ref: \"#/components/responses/Missing\"}}}\ncomponents:\n",
		ask+`: operationId "ask" is taken by /paths/~1again/get: choose another`)
	add("no evidence", "x-evidence: seed\n", "summary: Ask\n",
		ask+": x-evidence is missing or unknown: write seed, upstream, observed or inferred")
	add("unknown evidence", "x-evidence: seed\n", "x-evidence: rumour\n",
		ask+": x-evidence is missing or unknown: write seed, upstream, observed or inferred")
	add("unknown evidence of a response", "description: A price\n", "description: A price\n          x-evidence: rumour\n",
		ask+"/responses/200: x-evidence is missing or unknown: write seed, upstream, observed or inferred")
	add("example without evidence", "{x-evidence: inferred, value", "{value",
		"/components/responses/Missing/content/application~1json/examples/missing: x-evidence is missing or unknown: write seed, upstream, observed or inferred")
	add("example without value", ", value: {premium: 18.000}}", "}",
		ask+"/responses/200/content/application~1json/examples/price: value is missing: write the body")
	add("refusal false", "{x-evidence: inferred, value", "{x-refusal: false, x-evidence: inferred, value",
		"/components/responses/Missing/content/application~1json/examples/missing: x-refusal is false: write true, or remove it")
	add("no response example", "              examples:\n                price: {x-evidence: seed, value: {premium: 18.000}}\n", "",
		ask+": no response example: show an answer that succeeds")
	add("only a refusal with 200", "price: {x-evidence: seed,", "price: {x-evidence: seed, x-refusal: true,",
		ask+": no response example: show an answer that succeeds")
	add("no refusal", "          examples:\n            missing: {x-evidence: inferred, value: {code: \"404\"}}\n", "",
		ask+": no refusal example: show an answer with a 4xx or 5xx status, or mark one with x-refusal")
	add("name twice", "            missing: {", "            price: {",
		"/components/responses/Missing/content/application~1json/examples/price: the name is taken by "+ask+"/responses/200/content/application~1json/examples/price: a scenario could not tell them apart, choose another")
	add("example breaks its schema", "premium: 18.000", `premium: "18.000"`,
		ask+"/responses/200/content/application~1json/examples/price: the value breaks its schema at /premium: value must be a number: mend one of them")
	add("request example breaks its schema", "plain: {x-evidence: seed, value: {}}", "plain: {x-evidence: seed, value: []}",
		ask+"/requestBody/content/application~1json/examples/plain: the value breaks its schema at /: value must be an object: mend one of them")
	add("shared example breaks its schema", `{code: "404"}`, `{}`,
		`/components/responses/Missing/content/application~1json/examples/missing: the value breaks its schema at /code: property "code" is missing: mend one of them`)
	add("no schema", "            schema: {type: object}\n", "",
		ask+"/requestBody/content/application~1json: schema is missing: say what the body looks like")
	add("dangling reference", "#/components/schemas/Price\"", "#/components/schemas/Prize\"",
		ask+`/responses/200/content/application~1json/schema: $ref "#/components/schemas/Prize" leads nowhere: name a component of this document that is a schema`+
			"\nopenapi: test/small: "+price+": nothing refers to this: remove it")
	add("external reference", `{$ref: "#/components/responses/Missing"}`, `{$ref: "other.yaml#/components/responses/Missing"}`,
		ask+`/responses/404: $ref "other.yaml#/components/responses/Missing" leads nowhere: name a component of this document that is a response`+
			"\nopenapi: test/small: /components/responses/Missing: nothing refers to this: remove it")
	add("reference to another kind", `{$ref: "#/components/responses/Missing"}`, `{$ref: "#/components/schemas/Price"}`,
		ask+`/responses/404: $ref "#/components/schemas/Price" leads nowhere: name a component of this document that is a response`+
			"\nopenapi: test/small: /components/responses/Missing: nothing refers to this: remove it")
	add("reference to itself", "Price: {type: object, properties: {premium: {type: number}}}", `Price: {$ref: "#/components/schemas/Price"}`,
		price+`: $ref "#/components/schemas/Price" leads nowhere: name a component of this document that is a schema`+
			"\nopenapi: test/small: "+ask+`/responses/200/content/application~1json/schema: $ref "#/components/schemas/Price" leads nowhere: name a component of this document that is a schema`)
	add("member beside a reference", `{$ref: "#/components/responses/Missing"}`, `{$ref: "#/components/responses/Missing", description: Gone}`,
		ask+"/responses/404: members beside $ref are ignored: remove them")
	add("unused component", "  schemas:\n", "  schemas:\n    Spare: {type: string}\n", "/components/schemas/Spare: nothing refers to this: remove it")
	add("security nobody defined", "parameters: []", "security: [{nobody: []}]",
		ask+`: invalid paths: invalid path /quotes: invalid operation POST: security requirement `+ask+`/security/0/nobody refers to undefined security scheme "nobody"`)
	add("status range", `"404": {$ref`, `4XX: {$ref`, ask+`/responses: the status "4XX" is not three digits: write one response per status`)
	add("path without a slash", "  /quotes:", "  quotes:", `/paths: the path "quotes" must start with a slash: add it`)
	add("path parameter nobody defined", "  /quotes:", "  /quotes/{id}:",
		"/paths: invalid paths: operation POST /quotes/{id} must define exactly all path parameters (missing: [id])")
	add("not a list", "parameters: []", "parameters: {}", ask+"/parameters: this must be a list: write one")
	add("not an object", "info: {title: Small, version: \"1\"}", "info: Small", "/info: this must be an object: write one")
	add("wrong type of a keyword", "{type: number}", "{type: number, nullable: 1}",
		"a member has another type in OpenAPI 3.0: json: cannot unmarshal number into field Schema.nullable of type bool")

	add("two findings", "x-evidence: seed\n      parameters: []", "parameters: [{name: a, in: query, schema: {type: string, format: iban}}]",
		ask+`/parameters/0/schema: nothing checks the format "iban": use one of date, date-time, uuid, email, int32, int64, byte, binary, uri, password`+
			"\nopenapi: test/small: "+ask+": x-evidence is missing or unknown: write seed, upstream, observed or inferred")

	add("key twice", "  schemas:\n", "  responses: {}\n  schemas:\n", `line 34: "responses" is written twice: remove one`)
	add("anchor", "info: {title", "info: &info {title", "line 2: anchors and aliases are not read: repeat the text or use $ref")
	add("date without quotes", "value: {code: \"404\"}", "value: {code: 2022-07-23}", "line 33: JSON cannot say 2022-07-23, which YAML reads as !!timestamp: write it in quotes")
	add("number JSON has not", "18.000", "0x12", "line 23: JSON cannot say the number 0x12: write it in decimal, or in quotes")
	add("list as a key", "info:", "[info]:", "line 2: a key must be a plain text: write it as one")
	add("not yaml", "info: {title", "info: {{title", "read yaml: yaml: line 1: did not find expected ',' or '}'")

	if _, err := Parse("test/small", []byte(small)); err != nil {
		t.Fatalf("the document that every case starts from: %v", err)
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if strings.Count(small, tt.old) == 0 {
				t.Fatalf("%q is not in the document", tt.old)
			}
			_, err := Parse("test/small", []byte(strings.Replace(small, tt.old, tt.new, 1)))
			if err == nil {
				t.Fatal("the document was accepted")
			}
			if want := "openapi: test/small: " + tt.want; err.Error() != want {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
		})
	}
}

func TestParseRefusesAnEmptyDocument(t *testing.T) {
	_, err := Parse("test/small", nil)
	if want := "openapi: test/small: the document is empty: write openapi, info and paths"; err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}

// Our own API has nothing to prove, so a grade there is a mistake.
func TestParseRefusesEvidenceOfOurOwnAPI(t *testing.T) {
	bare := strings.NewReplacer("      x-evidence: seed\n", "", "x-evidence: seed, ", "", "x-evidence: inferred, ", "").Replace(small)
	if _, err := Parse("sandbox/small", []byte(bare)); err != nil {
		t.Errorf("without grades: %v", err)
	}
	_, err := Parse("sandbox/small", []byte(strings.Replace(bare, "operationId: ask\n", "operationId: ask\n      x-evidence: seed\n", 1)))
	want := "openapi: sandbox/small: /paths/~1quotes/post: x-evidence grades what is known of an insurer, and this is our own API: remove it"
	if err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}

func TestResponseEvidence(t *testing.T) {
	d := mustParse(t, strings.Replace(small, "description: A price\n", "description: A price\n          x-evidence: inferred\n", 1))
	for status, want := range map[string]Evidence{"200": Inferred, "404": Seed, "500": Seed} {
		if got := d.Operations()[0].ResponseEvidence(status); got != want {
			t.Errorf("ResponseEvidence(%s) = %q, want %q", status, got, want)
		}
	}
	if got, want := d.Operations()[0].Pointer, "/paths/~1quotes/post"; got != want {
		t.Errorf("Pointer = %q, want %q", got, want)
	}
}

// Some insurers refuse with 200, so a mark on the example counts as much as a status.
func TestRefusalWithSuccessStatus(t *testing.T) {
	d := mustParse(t, strings.NewReplacer(
		"        \"404\": {$ref: \"#/components/responses/Missing\"}\n", "",
		"                price: {x-evidence: seed, value: {premium: 18.000}}\n",
		"                price: {x-evidence: seed, value: {premium: 18.000}}\n                refused: {x-evidence: seed, x-refusal: true, value: {}}\n",
		small[strings.Index(small, "components:"):strings.Index(small, "  schemas:")], "components:\n").Replace(small))
	x := d.Operations()[0].Examples
	if got := x[len(x)-1]; got.Name != "refused" || !got.Refusal || got.Status != 200 {
		t.Errorf("got %+v, want the refusal with status 200", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(`components: {schemas: {$ref: "#/components/schemas"}}`))
	f.Add([]byte("{paths: {/: {get: {responses: {\"200\": }}}}}"))
	f.Fuzz(func(t *testing.T, source []byte) {
		d, err := Parse("test/fuzz", source)
		if (d == nil) == (err == nil) {
			t.Errorf("Parse gave document %v and error %v", d, err)
		}
	})
}
