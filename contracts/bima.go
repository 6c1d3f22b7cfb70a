package contracts

func bima() promises {
	return promises{checks: func(*Contract) []Check { return nil }, accepted: bimaAccepted}
}

// bimaAccepted is the code in the answer, whatever the status; a file is a yes.
func bimaAccepted(x *Exchange) bool {
	if x.Response.Status < 200 || x.Response.Status > 299 {
		return false
	}
	code := bimaCode(x)
	return code == "OK" || code == "200" && x.Operation == "token" || code == "" && x.Operation == "sharedDownload"
}

// bimaCode is the code of an answer, where it has one.
func bimaCode(x *Exchange) string {
	tree, ok := x.Response.tree()
	if !ok {
		return ""
	}
	if code := text(tree, "status_code"); code != "" {
		return code
	}
	return text(tree, "statusCode")
}
