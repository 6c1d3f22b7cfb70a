package contracts

// oneassure is what OneAssure promises beside its document.
func oneassure() promises {
	return promises{checks: oneassureChecks, accepted: oneassureAccepted, volatile: []string{"/payload/access_token", "/session_id"}}
}

// oneassureAccepted is a 2xx: OneAssure refuses by status.
func oneassureAccepted(x *Exchange) bool { return x.Response.Status/100 == 2 }

func oneassureChecks(*Contract) []Check { return nil }
