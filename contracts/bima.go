package contracts

import (
	"errors"
	"fmt"
	"iter"
)

// Where Bima makes its promises.
const (
	bimaRequests  = "recent requests, the printed answer (seed)"
	bimaDetails   = "request details, the printed answer (seed)"
	bimaDocuments = "policy documents, the printed answer (seed)"
	bimaTokens    = "token call, another page of the aggregator (upstream)"
	bimaRefusals  = "no refusal is printed; ours are inferred"
)

// bima is what Bima promises beside its document. Its page prints three answers,
// none of which refuses anything.
func bima() promises {
	return promises{checks: bimaChecks, accepted: bimaAccepted}
}

func bimaChecks(*Contract) []Check {
	requests, details, documents := []string{"recentRequests"}, []string{"policyDetails"}, []string{"sharedDocuments"}
	files, tokens := []string{"sharedDownload"}, []string{"token"}
	either := []string{"recentRequests", "policyDetails"}
	reads := []string{"recentRequests", "policyDetails", "sharedDocuments", "sharedDownload"}
	check := func(name string, level Level, proof Evidence, on []string, clause, says string, verify func(*Exchange) error) Check {
		return Check{ID: "bima/" + name, Level: level, Blame: Insurer, On: on, Proof: proof, Clause: clause, Says: says, Verify: verify}
	}
	return []Check{
		check("ok-without-message", Must, Seed, []string{"recentRequests", "policyDetails", "sharedDocuments"}, "all three printed answers (seed)",
			"the code OK comes with a null message", onBima((*bimaAnswer).okWithoutMessage)),
		check("newest-first", Must, Seed, requests, bimaRequests,
			"the request with the highest number comes first", onBima((*bimaAnswer).newestFirst)),
		check("lasts-a-year", Must, Seed, requests, bimaRequests,
			"the dates of a request are midnights without a zone, a year and a day less apart", onBima((*bimaAnswer).lastsAYear)),
		check("upper-case-guids", Must, Seed, []string{"recentRequests", "sharedDocuments"}, bimaRequests+"; "+bimaDocuments,
			"references and codes are GUIDs in capitals", onBima((*bimaAnswer).upperCaseGUIDs)),
		check("no-renewal", Should, Seed, requests, bimaRequests,
			"what is no renewal has a null renewal status and an empty job status", onBima((*bimaAnswer).noRenewal)),
		check("list-images", Should, Seed, requests, bimaRequests,
			"the images of a request are one text, with commas between addresses that have three slashes and a version", onBima((*bimaAnswer).listImages)),
		check("step-as-printed", Must, Seed, either, bimaRequests+"; "+bimaDetails,
			"the step working_on_it has its printed texts, the blank at the end included", onBima((*bimaAnswer).stepAsPrinted)),
		check("step-icon", Should, Seed, either, bimaRequests+"; "+bimaDetails,
			"the icon of a step has two slashes in a list, and one in the details", onBima((*bimaAnswer).stepIcon)),
		check("details-complete", Must, Seed, details, bimaDetails,
			"the details have every printed member", onBima((*bimaAnswer).detailsComplete)),
		check("details-images", Should, Seed, details, bimaDetails,
			"the images of the details have a slash and backslashes, and no version", onBima((*bimaAnswer).detailsImages)),
		check("null-until-issued", Must, Inferred, details, bimaDetails+", of one that is Pending",
			"while the policy number is empty, the three dates of the policy are null", onBima((*bimaAnswer).nullUntilIssued)),
		check("dated-once-issued", Must, Inferred, details, "that the dates come with the number is inferred",
			"with a policy number come the three dates of the policy", onBima((*bimaAnswer).datedOnceIssued)),
		check("titles-in-order", Must, Seed, details, bimaDetails,
			"the data of a car have the printed titles, in their order", onBima((*bimaAnswer).titlesInOrder)),
		check("data-from-attributes", Must, Seed, details, bimaDetails,
			"vehicle and model are made of the attributes, the make before the model", onBima((*bimaAnswer).dataFromAttributes)),
		check("data-dates", Must, Seed, details, bimaDetails,
			"the dates among the data are dd/MM/yyyy, a year and a day less apart", onBima((*bimaAnswer).dataDates)),
		check("provider-repeated", Must, Seed, details, bimaDetails,
			"the provider among the data is the one of prvider_name", onBima((*bimaAnswer).providerRepeated)),
		check("no-travelers", Must, Seed, details, bimaDetails,
			"a car has null for travelers, and not an empty list", onBima((*bimaAnswer).noTravelers)),
		check("follow-up-form", Must, Seed, details, bimaDetails,
			"a comment ends in CR LF, and its moment is dd/MM/yyyy HH:mm", onBima((*bimaAnswer).followUpForm)),
		check("order-in-thousandths", Must, Seed, details, bimaDetails,
			"order_no is written with three decimals", onBima((*bimaAnswer).orderInThousandths)),
		check("documents-of-the-request", Must, Seed, documents, bimaDocuments,
			"the documents are of the entity and the reference that were asked for", onBima((*bimaAnswer).documentsOfTheRequest)),
		check("size-displayed", Must, Seed, documents, bimaDocuments+", checked on both",
			"a size is shown in units of 1024 bytes, with one decimal and KB", onBima((*bimaAnswer).sizeDisplayed)),
		check("extension-of-name", Must, Seed, documents, bimaDocuments,
			"the extension is that of the file name, with its dot", onBima((*bimaAnswer).extensionOfName)),
		check("thumbnail-of-type", Should, Seed, documents, bimaDocuments,
			"a PDF has the icon of PDFs for a thumbnail, an image one of its year, behind a backslash", onBima((*bimaAnswer).thumbnailOfType)),
		check("file-fits-type", Must, Inferred, files, "the file of FileContentType; that it is answered so is inferred",
			"a file begins as its media type says", bimaFileFitsType),
		check("file-named", Must, Inferred, files, "the file of FileName; that it is answered so is inferred",
			"a file is an attachment whose name has the extension of its media type", bimaFileNamed),
		check("token-given", Must, Upstream, tokens, bimaTokens,
			"a token comes with its printed message and no further messages", onBima((*bimaAnswer).tokenWorded)),
		check("token-is-jwt", Must, Upstream, tokens, bimaTokens,
			"a token is a JWT that expires 24 hours after the answer", onBima((*bimaAnswer).tokenIsJWT)),
		check("token-refusal", Must, Inferred, tokens, bimaRefusals,
			"a refused token call has no token, and says why among the messages", bimaTokenRefusal),
		check("refusal-worded", Must, Inferred, reads, bimaRefusals,
			"a code that is not OK comes with a message", bimaRefusalWorded),
		check("refusal-texts", Must, Inferred, reads, bimaRefusals,
			"a code that is known comes with its text", bimaRefusalTexts),
		check("unauthorized-bare", Must, Inferred, reads, bimaRefusals,
			"a 401 has no body", bimaUnauthorizedBare),
	}
}

// bimaAccepted reads the code in the answer, whatever the status; a file is a yes.
func bimaAccepted(x *Exchange) bool {
	if x.Response.Status < 200 || x.Response.Status > 299 {
		return false
	}
	switch code := bimaCode(x); x.Operation {
	case "token":
		return code == "200"
	case "sharedDownload":
		return code == "" || code == "OK"
	default:
		return code == "OK"
	}
}

// bimaNames are what the code and the message beside it are called by a call.
func bimaNames(operation string) (code, message string) {
	if operation == "token" || operation == "policyDetails" {
		return "status_code", "status_message"
	}
	return "statusCode", "statusMessage"
}

// bimaCode is the code of an answer; empty where it has none.
func bimaCode(x *Exchange) string {
	tree, _ := x.Response.tree()
	name, _ := bimaNames(x.Operation)
	return text(tree, name)
}

// bimaAnswer is an accepted answer in the eyes of one check.
type bimaAnswer struct {
	*Exchange
	tree   any
	held   int // places that the check is about
	broken []error
}

// onBima makes a check of what it expects of accepted answers. One that finds no
// place to look at is not about the answer.
func onBima(verify func(*bimaAnswer)) func(*Exchange) error {
	return func(x *Exchange) error {
		tree, ok := x.Response.tree()
		if !ok || !bimaAccepted(x) {
			return errBeside
		}
		a := &bimaAnswer{Exchange: x, tree: tree}
		verify(a)
		if a.held == 0 {
			return errBeside
		}
		return errors.Join(a.broken...)
	}
}

// expect notes a place that the check is about, and whether it is as promised.
func (a *bimaAnswer) expect(kept bool, got, want, where string) {
	a.held++
	if !kept {
		a.broken = append(a.broken, &Mismatch{Where: where, Got: got, Want: want})
	}
}

// member expects something of a member that is there: that it is, the document
// demands.
func (a *bimaAnswer) member(where string, of any, name string, kept bool, want string) {
	if has(of, name) {
		a.expect(kept, shown(of, name), want, where+"/"+name)
	}
}

// items goes through a list of the answer, with the pointer to each.
func (a *bimaAnswer) items(name string) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for i, item := range list(a.tree, name) {
			if !yield(fmt.Sprintf("/%s/%d", name, i), item) {
				return
			}
		}
	}
}

func (a *bimaAnswer) okWithoutMessage() {
	_, name := bimaNames(a.Operation)
	a.member("", a.tree, name, member(a.tree, name) == nil, "null")
}
